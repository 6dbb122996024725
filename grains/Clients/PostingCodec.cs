using StreamForge.Contracts.Clients;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>The compact form of postings in states.</summary>
internal static class PostingCodec
{
    /// <summary>The order of a statement: by day, then number.</summary>
    public static IComparer<Posting> InOrder { get; } = Comparer<Posting>.Create(static (a, b) =>
        a.BookedOn != b.BookedOn ? a.BookedOn.CompareTo(b.BookedOn) : a.Number.CompareTo(b.Number));

    public static void Write(StateWriter writer, Posting posting)
    {
        writer.Signed(posting.Number);
        writer.Count(posting.BookedOn.DayNumber);
        writer.Decimal(posting.Amount);
        writer.Decimal(posting.Balance);
        writer.Text(posting.Kind);
        writer.Text(posting.CounterpartyBank);
        writer.Text(posting.CounterpartyAccount);
        writer.Text(posting.Purpose);
    }

    public static Posting Read(ref StateReader reader) => new()
    {
        Number = reader.Signed(),
        BookedOn = RegisterEntryCodec.DayOf(reader.Number()),
        Amount = reader.Decimal(),
        Balance = reader.Decimal(),
        Kind = reader.Text(),
        CounterpartyBank = reader.Text(),
        CounterpartyAccount = reader.Text(),
        Purpose = reader.Text(),
    };
}
