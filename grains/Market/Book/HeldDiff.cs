using System.Collections.Immutable;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Book;

/// <summary>A diff that waits for its predecessors, and the record that it stood in.</summary>
public readonly record struct HeldDiff(DepthDiff Diff, RecordMark Mark)
{
    /// <summary>About what it takes in memory, and in a record.</summary>
    public static int Weigh(DepthDiff diff) => 96 + (40 * (diff.Bids.Length + diff.Asks.Length));

    public static void Write(StateWriter writer, HeldDiff held)
    {
        writer.Optional(held.Diff.EventTime);
        writer.Time(held.Diff.ReceivedAt);
        writer.Optional(held.Diff.Previous);
        writer.Optional(held.Diff.Last);
        BookCodec.Write(writer, held.Diff.Bids.AsSpan());
        BookCodec.Write(writer, held.Diff.Asks.AsSpan());
        writer.Optional((long?)held.Diff.Checksum);
        held.Mark.Write(writer);
    }

    public static HeldDiff Read(ref StateReader reader, string instrument)
    {
        var diff = new DepthDiff
        {
            Instrument = instrument,
            EventTime = reader.OptionalTime(),
            ReceivedAt = reader.Time(),
            Previous = reader.OptionalSigned(),
            Last = reader.OptionalSigned(),
            Bids = ImmutableArray.Create(BookCodec.Read(ref reader)),
            Asks = ImmutableArray.Create(BookCodec.Read(ref reader)),
            Checksum = (uint?)reader.OptionalSigned(),
        };
        return new HeldDiff(diff, RecordMark.Read(ref reader));
    }
}
