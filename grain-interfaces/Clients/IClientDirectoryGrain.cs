using System.Collections.Immutable;
using Orleans.Concurrency;

namespace StreamForge.Contracts.Clients;

/// <summary>Which clients there are: from the indexed columns of their rows.</summary>
[Alias("sf.IClientDirectoryGrain")]
public interface IClientDirectoryGrain : IGrainWithStringKey
{
    /// <summary>Numbers of clients in order, after <paramref name="after"/>.</summary>
    /// <param name="limit">At most so many, from 1 to 10,000.</param>
    [Alias("Keys"), AlwaysInterleave]
    ValueTask<ImmutableArray<string>> Keys(string? after, int limit);
}
