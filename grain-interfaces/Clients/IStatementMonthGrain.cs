using System.Collections.Immutable;
using Orleans.Concurrency;

namespace StreamForge.Contracts.Clients;

/// <summary>The postings of one account and month, keyed <c>client/account/yyyy-MM</c>: kept for the client that forwards them.</summary>
[Alias("sf.IStatementMonthGrain")]
public interface IStatementMonthGrain : IGrainWithStringKey
{
    /// <summary>Takes postings over; durable when the call ends. One that is there already, by number, is left as it is.</summary>
    [Alias("Put")]
    ValueTask Put(ImmutableArray<Posting> postings);

    /// <summary>All of them, in order of day, then number.</summary>
    [Alias("Get"), AlwaysInterleave]
    ValueTask<ImmutableArray<Posting>> Get();
}
