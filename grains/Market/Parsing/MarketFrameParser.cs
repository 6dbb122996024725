using System.Text.Json;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Parsing.Binance;
using StreamForge.Grains.Market.Parsing.Kraken;
using StreamForge.Grains.Market.Wire;
using System.Buffers.Text;
using System.Text;

namespace StreamForge.Grains.Market.Parsing;

/// <summary>
/// Makes canonical events of raw records of every known venue. Pure and safe to share between threads; whatever the bytes
/// hold, it answers and never throws.
/// </summary>
public sealed class MarketFrameParser
{
    private readonly (byte[] Source, IVenueParser Parser)[] _venues;
    private readonly InstrumentNames _instruments = new();

    /// <summary>A parser of the venues that the platform knows.</summary>
    public MarketFrameParser()
        : this([BinanceParser.Spot(), BinanceParser.UsdM(), new KrakenParser()])
    {
    }

    public MarketFrameParser(IReadOnlyList<IVenueParser> venues)
    {
        ArgumentNullException.ThrowIfNull(venues);
        _venues = [.. venues.Select(v => (Encoding.UTF8.GetBytes(v.Venue), v))];
    }

    /// <summary>Parses one record.</summary>
    public ParsedFrame Parse(in RawInput input)
    {
        if (VenueOf(input.Source) is not { } venue)
            return ParsedFrame.Malformed(Header(RecordHeaders.Source, input.Source, "is not a known venue"));
        if (!TryKind(input.Schema, out var kind))
            return ParsedFrame.Malformed(Header(RecordHeaders.Schema, input.Schema, "is not a schema of raw records"));
        if (!Utf8Time.TryParseUnixNanoseconds(input.ReceivedAt, out var receivedAt, out var nanoseconds))
            return ParsedFrame.Malformed(Header(RecordHeaders.ReceivedAt, input.ReceivedAt, "is not a time in nanoseconds"));
        string? instrument = null;
        if (!input.Instrument.IsEmpty && !_instruments.TryGet(input.Instrument, out instrument))
            return ParsedFrame.Malformed(Header(RecordHeaders.Instrument, input.Instrument, "is not venue:SYMBOL"));
        if (!TryRange(input.RepairRange, out var range))
            return ParsedFrame.Malformed(Header(RecordHeaders.RepairRange, input.RepairRange, "is not from-to"));
        if (!TryThrough(input.RepairThrough, range, out var through))
            return ParsedFrame.Malformed(Header(RecordHeaders.RepairThrough, input.RepairThrough, "is not an id of the range"));
        try
        {
            return venue.Parse(new VenueRecord
            {
                Value = input.Value,
                Kind = kind,
                ReceivedAt = receivedAt,
                ReceivedAtNanoseconds = nanoseconds,
                Instrument = instrument,
                RepairRange = range,
                RepairThrough = through,
            });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader of JSON throws the second for text that is not UTF-8.
            return ParsedFrame.Malformed($"is not valid JSON: {e.Message}");
        }
    }

    private IVenueParser? VenueOf(ReadOnlySpan<byte> source)
    {
        foreach (var (name, parser) in _venues)
            if (source.SequenceEqual(name))
                return parser;
        return null;
    }

    private static bool TryKind(ReadOnlySpan<byte> schema, out RawKind kind)
    {
        kind = RawKind.Frame;
        if (schema.SequenceEqual("raw.frame"u8))
            return true;
        kind = RawKind.DepthSnapshot;
        if (schema.SequenceEqual("raw.depth-snapshot"u8))
            return true;
        kind = RawKind.Trades;
        return schema.SequenceEqual("raw.trades"u8);
    }

    private static bool TryRange(ReadOnlySpan<byte> text, out (long From, long To)? range)
    {
        range = null;
        if (text.IsEmpty)
            return true;
        if (!Utf8Parser.TryParse(text, out ulong from, out var used)
            || used >= text.Length - 1
            || text[used] != '-'
            || !Utf8Parser.TryParse(text[(used + 1)..], out ulong to, out var rest)
            || used + 1 + rest != text.Length
            || from > to
            || to > long.MaxValue)
            return false;
        range = ((long)from, (long)to);
        return true;
    }

    /// <summary>From just below the range, where nothing of it had come, to its last id but one.</summary>
    private static bool TryThrough(ReadOnlySpan<byte> text, (long From, long To)? range, out long? through)
    {
        through = null;
        if (text.IsEmpty)
            return true;
        if (range is not var (from, to)
            || !Utf8Parser.TryParse(text, out long id, out var used)
            || used != text.Length
            || id < from - 1
            || id >= to)
            return false;
        through = id;
        return true;
    }

    private static string Header(string name, ReadOnlySpan<byte> value, string what) =>
        value.IsEmpty
            ? $"header {name} is missing"
            : $"header {name} {what}: {Encoding.UTF8.GetString(value[..Math.Min(value.Length, 64)])}";
}
