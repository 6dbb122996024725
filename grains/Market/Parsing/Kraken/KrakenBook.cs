using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Grains.Market.Parsing.Kraken;

/// <summary>
/// Kraken's channel <c>book-N</c>: a snapshot <c>{"as":[...],"bs":[...]}</c>, then changes <c>{"a":[...]}</c>, <c>{"b":[...]}</c> or
/// both in one frame, the last of them with the checksum <c>c</c>. A level is <c>[price, volume, time]</c>, and <c>"r"</c> after
/// it where it comes up again from below the depth.
/// </summary>
internal static class KrakenBook
{
    private const int Bids = 0;
    private const int Asks = 1;
    private const int SnapshotBids = 2;
    private const int SnapshotAsks = 3;
    private const int Checksum = 4;

    private static readonly FieldSet Set = new("b", "a", "bs", "as", "c");

    /// <param name="reader">On the first payload.</param>
    /// <param name="depth">The N of the channel.</param>
    /// <param name="payloads">How many payloads the frame has.</param>
    public static ParsedFrame Parse(
        in VenueRecord record, ref Utf8JsonReader reader, string instrument, int depth, int payloads)
    {
        var book = new Content();
        for (var i = 1; i <= payloads; i++)
        {
            if (i > 1)
                reader.Read();
            if (ReadPayload(record, ref reader, ref book) is { } wrong)
                return ParsedFrame.Malformed($"$[{i}]{wrong}");
        }
        DateTimeOffset? eventTime = book.Newest > 0 ? DateTimeOffset.UnixEpoch.AddTicks(book.Newest) : null;
        if (book.IsSnapshot && (book.IsDiff || payloads > 1))
            return ParsedFrame.Malformed("$[1] is a snapshot, and the frame holds more");
        if (book.IsSnapshot)
            return ParsedFrame.Of(new DepthSnapshot
            {
                Instrument = instrument,
                Epoch = record.ReceivedAtNanoseconds,
                Bids = book.Bids,
                Asks = book.Asks,
                DepthLimit = depth,
                EventTime = eventTime,
                ReceivedAt = record.ReceivedAt,
            });
        return ParsedFrame.Of(new DepthDiff
        {
            Instrument = instrument,
            Bids = book.Bids,
            Asks = book.Asks,
            Checksum = book.Checksum,
            EventTime = eventTime,
            ReceivedAt = record.ReceivedAt,
        });
    }

    private static string? ReadPayload(in VenueRecord record, ref Utf8JsonReader reader, ref Content book)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return " is not an object";
        var fields = new JsonFields(record.Value, Set, "");
        while (fields.Next(ref reader, out var field))
        {
            string? wrong = null;
            if (field is Bids or SnapshotBids)
                wrong = ReadSide(ref reader, ref book, ref book.Bids);
            else if (field is Asks or SnapshotAsks)
                wrong = ReadSide(ref reader, ref book, ref book.Asks);
            else
                fields.Keep(ref reader, field);
            fields.FailInside(field, wrong);
        }
        if (fields.Error is not null)
            return fields.Error;
        var snapshot = fields.Has(SnapshotBids) || fields.Has(SnapshotAsks);
        var diff = fields.Has(Bids) || fields.Has(Asks);
        if (snapshot == diff)
            return snapshot ? " is both a snapshot and a change" : " has no levels";
        book.IsSnapshot |= snapshot;
        book.IsDiff |= diff;
        if (snapshot)
        {
            fields.RequireArray(SnapshotBids);
            fields.RequireArray(SnapshotAsks);
        }
        if (fields.Has(Checksum))
        {
            var text = fields.Text(Checksum);
            if (!Utf8Parser.TryParse(text, out uint checksum, out var used) || used != text.Length)
                fields.Fail(Checksum, "is not a CRC32");
            book.Checksum = checksum;
        }
        return fields.Error;
    }

    private static string? ReadSide(ref Utf8JsonReader reader, ref Content book, ref ImmutableArray<PriceLevel> side)
    {
        var levels = LevelReader.Read(ref reader, Tail, ref book.Newest, out var wrong);
        side = side.IsEmpty ? levels : side.AddRange(levels);
        return wrong;
    }

    /// <summary>After the quantity: the level's time, whose newest is the time of the event, and perhaps <c>"r"</c>.</summary>
    private static string? Tail(ref Utf8JsonReader reader, ref long newest)
    {
        if (reader.TokenType != JsonTokenType.String)
            return "[2] is not a string";
        if (reader.ValueSpan.SequenceEqual("r"u8))
            return null;
        if (!Utf8Time.TryParseUnixSeconds(reader.ValueSpan, out var time))
            return "[2] is not a time in seconds";
        newest = Math.Max(newest, time.Ticks - DateTimeOffset.UnixEpoch.Ticks);
        return null;
    }

    private struct Content
    {
        public ImmutableArray<PriceLevel> Bids = [];
        public ImmutableArray<PriceLevel> Asks = [];
        public bool IsSnapshot;
        public bool IsDiff;
        public uint? Checksum;

        /// <summary>Ticks since 1970 of the newest level; 0 for none.</summary>
        public long Newest;

        public Content()
        {
        }
    }
}
