using StreamForge.Contracts.Clients;

namespace StreamForge.Grains.Clients;

/// <summary>What an event about a client must keep to, beside its form.</summary>
internal static class ClientRules
{
    /// <returns>What it breaks; none where it breaks nothing.</returns>
    public static string? Violation(ClientEvent item, string client, string topic)
    {
        if (item.Client != client)
            return $"The event is about client {item.Client}, not {client}.";
        if (topic != ClientTopics.Answers && TopicOf(item) != topic)
            return $"{item.GetType().Name} does not belong on {topic}.";
        return item switch
        {
            RegisterChange change => EntryViolation(change.Register, change.Entry) ?? (change.Sequence < 1 ? "Sequences begin at 1." : null),
            RegisterSnapshot snapshot => snapshot.Entries.Select(entry => EntryViolation(snapshot.Register, entry)).FirstOrDefault(bad => bad is not null)
                ?? (snapshot.Entries.DistinctBy(entry => entry.Id).Count() < snapshot.Entries.Length ? "An entry stands twice in a snapshot." : null),
            PostingsBooked booked => PostingViolation(booked),
            PostingRange range => range.FromNumber < 1 || range.ToNumber < range.FromNumber ? "The range is none."
                : range.Postings.Any(posting => posting.Number < range.FromNumber || posting.Number > range.ToNumber) ? "A posting is outside of its range."
                : null,
            PostingsFiltered filtered => filtered.FromNumber < 1 || filtered.ToNumber < filtered.FromNumber ? "The range is none." : null,
            _ => null,
        };
    }

    private static string TopicOf(ClientEvent item) => item switch
    {
        RegisterChange change => ClientTopics.Of(change.Register),
        RegisterSnapshot snapshot => ClientTopics.Of(snapshot.Register),
        RegisterDigest digest => ClientTopics.Of(digest.Register),
        _ => ClientTopics.Postings,
    };

    private static string? EntryViolation(Register register, RegisterEntry entry) =>
        (register, entry) switch
        {
            (Register.Accounts, Account account) => account.Holds.Any(hold => hold.Amount <= 0) ? $"A hold of account {account.Id} is not positive." : null,
            (Register.Orders, StandingOrder order) => order.Amount <= 0 ? $"The amount of order {order.Id} is not positive." : null,
            (Register.Loans, Loan) or (Register.Cards, Card) or (Register.Limits, Limit) or (Register.Authorities, Authority) or (Register.Parties, Party) => null,
            _ => $"{entry.GetType().Name} does not belong into {RegisterWords.Of(register)}.",
        };

    private static string? PostingViolation(PostingsBooked booked)
    {
        if (booked.Postings.IsDefaultOrEmpty)
            return "There are no postings in it.";
        var before = 0L;
        foreach (var posting in booked.Postings)
        {
            if (posting.Number <= before)
                return "Postings are not in order of their numbers, from 1.";
            before = posting.Number;
        }

        return null;
    }
}
