using System.Collections.Immutable;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>A month of an account's postings.</summary>
internal readonly record struct StatementMonth(string Account, int Year, int Month)
{
    public static StatementMonth Of(string account, DateOnly day) => new(account, day.Year, day.Month);
}

/// <summary>
/// Postings that have been taken in and are not yet in the grains of their months. They are stored with the client, so that nothing
/// depends on when they leave.
/// </summary>
internal sealed class PendingPostings
{
    private readonly Dictionary<StatementMonth, List<Posting>> _months = [];

    public int Count { get; private set; }

    public void Add(string account, Posting posting)
    {
        var month = StatementMonth.Of(account, posting.BookedOn);
        if (!_months.TryGetValue(month, out var postings))
            _months[month] = postings = [];
        postings.Add(posting);
        Count++;
    }

    /// <summary>All that is there now, by month, in a fixed order.</summary>
    public IReadOnlyList<(StatementMonth Month, ImmutableArray<Posting> Postings)> ByMonth() =>
    [
        .. _months
            .OrderBy(month => month.Key.Account, StringComparer.Ordinal).ThenBy(month => month.Key.Year).ThenBy(month => month.Key.Month)
            .Select(month => (month.Key, month.Value.ToImmutableArray())),
    ];

    /// <summary>What is there of one month, in the order it came.</summary>
    public IReadOnlyList<Posting> Of(StatementMonth month) => _months.TryGetValue(month, out var postings) ? postings : [];

    /// <summary>The first so many of a month are in its grain.</summary>
    public void Left(StatementMonth month, int count)
    {
        var postings = _months[month];
        Count -= count;
        if (count == postings.Count)
            _months.Remove(month);
        else
            postings.RemoveRange(0, count);
    }

    public void Write(StateWriter writer)
    {
        var months = ByMonth();
        writer.Count(months.Count);
        foreach (var (month, postings) in months)
        {
            writer.Text(month.Account);
            writer.Count(postings.Length);
            foreach (var posting in postings)
                PostingCodec.Write(writer, posting);
        }
    }

    public void Read(ref StateReader reader)
    {
        _months.Clear();
        Count = 0;
        for (var months = reader.Count(); months > 0; months--)
        {
            var account = reader.RequiredText();
            for (var n = reader.Count(); n > 0; n--)
                Add(account, PostingCodec.Read(ref reader));
        }
    }
}
