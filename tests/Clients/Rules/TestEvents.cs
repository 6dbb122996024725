using StreamForge.Contracts.Clients;

namespace StreamForge.Tests.Clients.Rules;

/// <summary>Events as sources make them.</summary>
internal static class TestEvents
{
    public const string Client = "17";

    private static readonly DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Account Account(string id, decimal balance, long lastPosting = 0) => new()
    {
        Id = id,
        Currency = "CZK",
        Status = AccountStatus.Open,
        Balance = balance,
        LastPosting = lastPosting,
    };

    public static RegisterChange Change(long sequence, RegisterEntry entry, bool removed = false) => new()
    {
        Client = Client,
        EventTime = _time,
        Register = RegisterOf(entry),
        Sequence = sequence,
        Entry = entry,
        Removed = removed,
    };

    public static RegisterSnapshot Snapshot(Register register, long sequence, params RegisterEntry[] entries) => new()
    {
        Client = Client,
        EventTime = _time,
        Register = register,
        Sequence = sequence,
        Entries = [.. entries],
    };

    public static RegisterDigest Digest(Register register, long sequence) => new()
    {
        Client = Client,
        EventTime = _time,
        Register = register,
        Sequence = sequence,
    };

    public static Posting Posting(long number, decimal amount = 1, int day = 1) => new()
    {
        Number = number,
        BookedOn = new DateOnly(2026, 1, day),
        Amount = amount,
        Balance = number,
    };

    public static PostingsBooked Booked(string account, params Posting[] postings) => new()
    {
        Client = Client,
        EventTime = _time,
        Account = account,
        Postings = [.. postings],
    };

    public static PostingRange Range(string account, long from, long to, long through, params Posting[] postings) => new()
    {
        Client = Client,
        EventTime = _time,
        Account = account,
        FromNumber = from,
        ToNumber = to,
        ThroughNumber = through,
        Postings = [.. postings],
    };

    public static Register RegisterOf(RegisterEntry entry) => entry switch
    {
        Contracts.Clients.Account => Register.Accounts,
        StandingOrder => Register.Orders,
        Loan => Register.Loans,
        Card => Register.Cards,
        Limit => Register.Limits,
        Authority => Register.Authorities,
        _ => Register.Parties,
    };
}
