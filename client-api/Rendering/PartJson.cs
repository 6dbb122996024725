using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Rendering;

/// <summary>The parts that several answers share. The shapes are those of <c>Documents/</c>.</summary>
internal static class PartJson
{
    public static void WriteFreshness(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Freshness freshness)
    {
        json.WriteStartObject(name);
        json.WriteString("status"u8, JsonText.Word(freshness.Status));
        json.WriteTime("watermark"u8, freshness.Watermark);
        json.WriteNumber("sequence"u8, freshness.Sequence);
        json.WriteTime("eventTime"u8, freshness.EventTime);
        json.WriteTime("receivedAt"u8, freshness.ReceivedAt);
        json.WriteTime("appliedAt"u8, freshness.AppliedAt);
        json.WriteTime("verifiedAt"u8, freshness.VerifiedAt);
        json.WriteString("reason"u8, freshness.Reason);
        json.WriteEndObject();
    }

    public static void WriteProvenance(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Provenance? provenance)
    {
        if (provenance is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("topic"u8, provenance.Topic);
        json.WriteString("logId"u8, provenance.LogId?.ToString("N"));
        json.WriteNumber("partition"u8, provenance.Partition);
        json.WriteNumber("offset"u8, provenance.Offset);
        json.WriteString("eventId"u8, provenance.EventId);
        json.WriteString("origin"u8, provenance.Origin);
        json.WriteString("traceParent"u8, provenance.TraceParent);
        json.WriteString("repairId"u8, provenance.RepairId);
        json.WriteEndObject();
    }

    public static void WriteLevel(this Utf8JsonWriter json, ReadOnlySpan<byte> name, PriceLevel? level)
    {
        if (level is { } value)
        {
            json.WritePropertyName(name);
            json.WriteLevel(value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteLevels(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<PriceLevel> levels)
    {
        json.WriteStartArray(name);
        foreach (var level in levels)
            json.WriteLevel(level);
        json.WriteEndArray();
    }

    private static void WriteLevel(this Utf8JsonWriter json, PriceLevel level)
    {
        json.WriteStartObject();
        json.WriteDecimal("price"u8, level.Price);
        json.WriteDecimal("quantity"u8, level.Quantity);
        json.WriteEndObject();
    }

    public static void WriteTrade(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Trade? trade)
    {
        if (trade is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WritePropertyName(name);
        json.WriteTrade(trade);
    }

    public static void WriteTrade(this Utf8JsonWriter json, Trade trade)
    {
        json.WriteStartObject();
        if (trade.TradeId is { } id)
            json.WriteNumber("tradeId"u8, id);
        else
            json.WriteNull("tradeId"u8);
        json.WriteDecimal("price"u8, trade.Price);
        json.WriteDecimal("quantity"u8, trade.Quantity);
        json.WriteTime("time"u8, trade.Time);
        json.WriteBoolean("buyerIsMaker"u8, trade.BuyerIsMaker);
        json.WriteNumber("count"u8, trade.Count);
        json.WriteEndObject();
    }

    public static void WriteCandle(this Utf8JsonWriter json, Candle candle)
    {
        json.WriteStartObject();
        json.WriteTime("openTime"u8, candle.OpenTime);
        json.WriteDecimal("open"u8, candle.Open);
        json.WriteDecimal("high"u8, candle.High);
        json.WriteDecimal("low"u8, candle.Low);
        json.WriteDecimal("close"u8, candle.Close);
        json.WriteDecimal("volume"u8, candle.Volume);
        json.WriteDecimal("quoteVolume"u8, candle.QuoteVolume);
        json.WriteNumber("count"u8, candle.Count);
        json.WriteDecimal("takerBuyVolume"u8, candle.TakerBuyVolume);
        json.WriteDecimal("takerBuyQuoteVolume"u8, candle.TakerBuyQuoteVolume);
        json.WriteBoolean("closed"u8, candle.Closed);
        json.WriteEndObject();
    }

    public static void WriteStatistics(this Utf8JsonWriter json, ReadOnlySpan<byte> name, RollingStatistics? statistics)
    {
        if (statistics is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteTime("from"u8, statistics.From);
        json.WriteTime("to"u8, statistics.To);
        json.WriteDecimal("open"u8, statistics.Open);
        json.WriteDecimal("high"u8, statistics.High);
        json.WriteDecimal("low"u8, statistics.Low);
        json.WriteDecimal("last"u8, statistics.Last);
        json.WriteDecimal("volume"u8, statistics.Volume);
        json.WriteDecimal("quoteVolume"u8, statistics.QuoteVolume);
        json.WriteNumber("count"u8, statistics.Count);
        json.WriteEndObject();
    }
}
