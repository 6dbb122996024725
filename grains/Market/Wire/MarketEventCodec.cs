using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market.Wire;

/// <summary>
/// The canonical form of market events on <c>market.depth</c> and <c>market.trades</c>: UTF-8 JSON as <c>docs/asyncapi.yaml</c>
/// describes it. Prices and quantities are strings with the digits as received, times ISO 8601 in UTC.
/// </summary>
public static class MarketEventCodec
{
    internal const string Diff = "diff";
    internal const string Snapshot = "snapshot";
    internal const string Digest = "digest";
    internal const string SingleTrade = "trade";
    internal const string Trades = "trades";

    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Writes one event.</summary>
    /// <exception cref="ArgumentException">An event of a type that has no canonical form.</exception>
    public static void Write(IBufferWriter<byte> output, MarketEvent item)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(item);
        var writer = _writer ??= new Utf8JsonWriter(output, Options);
        writer.Reset(output);
        writer.WriteStartObject();
        writer.WriteString("type"u8, TypeOf(item));
        writer.WriteString("instrument"u8, item.Instrument);
        WriteBody(writer, item);
        if (item.EventTime is { } eventTime)
            writer.WriteString("eventTime"u8, eventTime);
        writer.WriteString("receivedAt"u8, item.ReceivedAt);
        writer.WriteEndObject();
        writer.Flush();
    }

    /// <summary>Reads one event. Never throws for what the bytes hold.</summary>
    /// <param name="reason">Why not, with the path of the field that is missing or malformed.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> json,
        [NotNullWhen(true)] out MarketEvent? item,
        [NotNullWhen(false)] out string? reason)
    {
        try
        {
            item = MarketEventReader.Read(json, out reason);
            if (item is not null)
                return true;
            reason ??= "is not an event";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            item = null;
            reason = $"is not valid JSON: {e.Message}";
        }
        return false;
    }

    private static string TypeOf(MarketEvent item) => item switch
    {
        DepthDiff => Diff,
        DepthSnapshot => Snapshot,
        DepthDigest => Digest,
        Trade => SingleTrade,
        TradeRange => Trades,
        _ => throw new ArgumentException($"{item.GetType().Name} has no canonical form.", nameof(item)),
    };

    private static void WriteBody(Utf8JsonWriter writer, MarketEvent item)
    {
        switch (item)
        {
            case DepthDiff diff:
                WriteOptional(writer, "previous"u8, diff.Previous);
                WriteOptional(writer, "last"u8, diff.Last);
                WriteLevels(writer, "bids"u8, diff.Bids);
                WriteLevels(writer, "asks"u8, diff.Asks);
                WriteOptional(writer, "checksum"u8, diff.Checksum);
                break;
            case DepthSnapshot snapshot:
                WriteOptional(writer, "sequence"u8, snapshot.Sequence);
                writer.WriteNumber("epoch"u8, snapshot.Epoch);
                WriteLevels(writer, "bids"u8, snapshot.Bids);
                WriteLevels(writer, "asks"u8, snapshot.Asks);
                writer.WriteNumber("depthLimit"u8, snapshot.DepthLimit);
                break;
            case DepthDigest digest:
                writer.WriteNumber("sequence"u8, digest.Sequence);
                break;
            case Trade trade:
                WriteTrade(writer, trade);
                break;
            case TradeRange range:
                writer.WriteNumber("fromId"u8, range.FromId);
                writer.WriteNumber("toId"u8, range.ToId);
                WriteOptional(writer, "throughId"u8, range.ThroughId);
                WriteTrades(writer, range.Trades);
                break;
        }
    }

    private static void WriteTrades(Utf8JsonWriter writer, ImmutableArray<Trade> trades)
    {
        writer.WriteStartArray("trades"u8);
        foreach (var trade in trades)
        {
            writer.WriteStartObject();
            WriteTrade(writer, trade);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteTrade(Utf8JsonWriter writer, Trade trade)
    {
        WriteOptional(writer, "tradeId"u8, trade.TradeId);
        Span<byte> digits = stackalloc byte[32];
        writer.WriteString("price"u8, Format(trade.Price, digits));
        writer.WriteString("quantity"u8, Format(trade.Quantity, digits));
        writer.WriteString("time"u8, trade.Time);
        writer.WriteBoolean("buyerIsMaker"u8, trade.BuyerIsMaker);
        writer.WriteNumber("count"u8, trade.Count);
    }

    private static void WriteLevels(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<PriceLevel> levels)
    {
        Span<byte> digits = stackalloc byte[32];
        writer.WriteStartArray(name);
        foreach (ref readonly var level in levels.AsSpan())
        {
            writer.WriteStartArray();
            writer.WriteStringValue(Format(level.Price, digits));
            writer.WriteStringValue(Format(level.Quantity, digits));
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    /// <summary>The digits of a decimal, with its scale; 32 bytes hold every decimal.</summary>
    private static ReadOnlySpan<byte> Format(decimal value, Span<byte> digits)
    {
        value.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        return digits[..written];
    }

    private static void WriteOptional(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }
}
