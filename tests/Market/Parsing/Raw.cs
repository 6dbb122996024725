using System.Globalization;
using System.Text;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Parsing;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>Raw records as the connectors append them.</summary>
internal static class Raw
{
    public static readonly MarketFrameParser Parser = new();

    public static ParsedFrame Frame(string source, string json, string? instrument = null) =>
        Parse(source, RecordSchemas.RawFrame, Encoding.UTF8.GetBytes(json), 1_700_000_000_123_456_789, instrument);

    public static ParsedFrame Trades(string source, string json, string instrument, string range, string? through = null) =>
        Parse(source, RecordSchemas.RawTrades, Encoding.UTF8.GetBytes(json), 1_700_000_000_123_456_789, instrument, range, through);

    public static ParsedFrame Parse(string source, RecordedMessage message) =>
        message.Symbol is { } symbol
            ? Parse(source, RecordSchemas.RawDepthSnapshot, message.Body, message.ReceivedAt, $"{source}:{symbol}")
            : Parse(source, RecordSchemas.RawFrame, message.Body, message.ReceivedAt);

    public static ParsedFrame Parse(
        string source, string schema, ReadOnlySpan<byte> value, long receivedAt, string? instrument = null,
        string? range = null, string? through = null)
    {
        var input = new RawInput { Value = value };
        input.TakeHeader(RecordHeaders.Source, Encoding.UTF8.GetBytes(source));
        input.TakeHeader(RecordHeaders.Schema, Encoding.UTF8.GetBytes(schema));
        input.TakeHeader(RecordHeaders.ReceivedAt, Encoding.UTF8.GetBytes(receivedAt.ToString(CultureInfo.InvariantCulture)));
        input.TakeHeader(RecordHeaders.EventId, "ignored"u8);
        if (instrument is not null)
            input.TakeHeader(RecordHeaders.Instrument, Encoding.UTF8.GetBytes(instrument));
        if (range is not null)
            input.TakeHeader(RecordHeaders.RepairRange, Encoding.UTF8.GetBytes(range));
        if (through is not null)
            input.TakeHeader(RecordHeaders.RepairThrough, Encoding.UTF8.GetBytes(through));
        return Parser.Parse(input);
    }

    /// <summary>All events of a recording; fails on what is malformed.</summary>
    public static IEnumerable<MarketEvent> Events(string source, IEnumerable<RecordedMessage> recording)
    {
        foreach (var message in recording)
        {
            var parsed = Parse(source, message);
            Assert.True(parsed.Outcome != ParseOutcome.Malformed, parsed.Reason);
            foreach (var item in parsed.Events)
                yield return item;
        }
    }
}
