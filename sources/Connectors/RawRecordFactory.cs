using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace StreamForge.Sources.Connectors;

/// <summary>Puts headers on what a venue said.</summary>
internal sealed class RawRecordFactory(string source, TimeProvider time, ConnectorIds ids)
{
    private readonly ReadOnlyMemory<byte> _source = Encoding.UTF8.GetBytes(source);
    private readonly ReadOnlyMemory<byte> _frame = Encoding.UTF8.GetBytes(RawHeaders.SchemaFrame);

    /// <summary>A frame of a connection.</summary>
    /// <param name="connection">Key of records that are of no known instrument.</param>
    /// <param name="eventId">Of this frame.</param>
    /// <param name="repair">The request that it answers, if it does.</param>
    public RawRecord Frame(
        ReadOnlyMemory<byte> value, VenueSymbol? symbol, ReadOnlyMemory<byte> connection, string eventId, RepairTag? repair)
    {
        var now = time.GetUtcNow();
        var headers = Headers(now, _frame, symbol, eventId, repair, range: null);
        return new RawRecord { Key = symbol?.Utf8 ?? connection, Value = value, Headers = headers, Timestamp = now };
    }

    /// <summary>The body of a REST answer about one instrument.</summary>
    /// <param name="range">Of an answer of trades: the ids that were asked for.</param>
    /// <param name="through">The last of them that the venue is known to have reached; none where it has reached all.</param>
    public RawRecord Body(
        byte[] body, string schema, VenueSymbol symbol, RepairTag? repair, (long From, long To)? range, long? through = null)
    {
        var now = time.GetUtcNow();
        var headers = Headers(now, Encoding.UTF8.GetBytes(schema), symbol, ids.NewId(), repair, range);
        if (through is { } last)
            headers = [.. headers, new(RawHeaders.RepairThrough, Encoding.ASCII.GetBytes(last.ToString(CultureInfo.InvariantCulture)))];
        return new RawRecord { Key = symbol.Utf8, Value = body, Headers = headers, Timestamp = now };
    }

    /// <summary>A watermark.</summary>
    public RawRecord Watermark(byte[] value)
    {
        var now = time.GetUtcNow();
        return new RawRecord
        {
            Value = value,
            Headers =
            [
                new(RawHeaders.Source, _source),
                new(RawHeaders.Schema, Encoding.UTF8.GetBytes(RawHeaders.SchemaWatermark)),
                new(RawHeaders.EventId, Encoding.UTF8.GetBytes(ids.NewId())),
            ],
            Timestamp = now,
        };
    }

    private RawHeader[] Headers(
        DateTimeOffset now, ReadOnlyMemory<byte> schema, VenueSymbol? symbol, string eventId, RepairTag? repair,
        (long From, long To)? range)
    {
        var headers = new RawHeader[5 + (symbol is null ? 0 : 1) + (repair is null ? 0 : 1) + (range is null ? 0 : 1)];
        headers[0] = new(RawHeaders.Source, _source);
        headers[1] = new(RawHeaders.Schema, schema);
        headers[2] = new(RawHeaders.ReceivedAt, Nanoseconds(now));
        headers[3] = new(RawHeaders.EventId, Encoding.ASCII.GetBytes(eventId));
        headers[4] = new(RawHeaders.TraceParent, Encoding.ASCII.GetBytes(repair?.TraceParent ?? FrameTracing.Begin(source, ids)));
        var next = 5;
        if (symbol is not null)
            headers[next++] = new(RawHeaders.Instrument, symbol.Utf8);
        if (repair is not null)
            headers[next++] = new(RawHeaders.RepairId, Encoding.UTF8.GetBytes(repair.Id));
        if (range is var (from, to))
            headers[next] = new(RawHeaders.RepairRange, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{from}-{to}")));
        return headers;
    }

    private static ReadOnlyMemory<byte> Nanoseconds(DateTimeOffset at)
    {
        var text = new byte[20];
        Utf8Formatter.TryFormat((at - DateTimeOffset.UnixEpoch).Ticks * 100, text, out var written);
        return text.AsMemory(0, written);
    }
}
