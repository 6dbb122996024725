using System.Collections.Immutable;
using StreamForge.Contracts.Clients;

namespace StreamForge.Silo.Streaming.Clients;

/// <summary>
/// Drops postings that are too old to be shown, before they cost anything; their numbers count as seen. Measured against the record's own
/// time, so that a replay decides the same.
/// </summary>
/// <param name="keepMonths">Postings of a day that is so many months before the record, or more, are dropped; 0 for none.</param>
internal sealed class PostingFilter(int keepMonths)
{
    /// <summary>What is left of an event: the event itself, its younger part, or the numbers of what was dropped.</summary>
    public ClientEvent Pass(ClientEvent item, DateTimeOffset recordTime)
    {
        if (keepMonths == 0 || item is not PostingsBooked booked || booked.Postings.IsEmpty)
            return item;
        var oldest = DateOnly.FromDateTime(recordTime.UtcDateTime).AddMonths(-keepMonths);
        // In one record they are all old, or none is, but for an avalanche over a border: then all stay.
        if (booked.Postings.Any(posting => posting.BookedOn >= oldest) || !IsARun(booked.Postings))
            return item;
        return new PostingsFiltered
        {
            Client = booked.Client,
            EventTime = booked.EventTime,
            ReceivedAt = booked.ReceivedAt,
            Account = booked.Account,
            FromNumber = booked.Postings[0].Number,
            ToNumber = booked.Postings[^1].Number,
        };
    }

    private static bool IsARun(ImmutableArray<Posting> postings)
    {
        for (var i = 1; i < postings.Length; i++)
            if (postings[i].Number != postings[i - 1].Number + 1)
                return false;
        return true;
    }
}
