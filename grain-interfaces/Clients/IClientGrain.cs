using Orleans.Concurrency;
using StreamForge.Contracts.Streams;

namespace StreamForge.Contracts.Clients;

/// <summary>
/// One client of the bank, keyed by its number: registers, and the numbers of its postings. Reads interleave with everything and answer
/// from memory, statements from the months' grains too.
/// </summary>
[Alias("sf.IClientGrain")]
public interface IClientGrain : IIngestGrain
{
    [Alias("GetView"), AlwaysInterleave]
    ValueTask<ClientView> GetView();

    [Alias("GetRegister"), AlwaysInterleave]
    ValueTask<RegisterView> GetRegister(Register register);

    /// <summary>Postings of an account with a day in [from, to]; none where the client has no such account and never had.</summary>
    /// <param name="afterDay">Together with <paramref name="afterNumber"/>: only what comes behind this one, in order of day, then number.</param>
    /// <param name="limit">At most so many, at least 1.</param>
    [Alias("GetStatement"), AlwaysInterleave]
    ValueTask<StatementView?> GetStatement(
        string account, DateOnly from, DateOnly to, DateOnly? afterDay, long afterNumber, int limit);

    /// <summary>Answers true as soon as the register is at <paramref name="sequence"/> or above; false after <paramref name="wait"/>.</summary>
    [Alias("WaitForSequence"), AlwaysInterleave]
    ValueTask<bool> WaitForSequence(Register register, long sequence, TimeSpan wait);
}
