using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>Writes a generated market in the form of Binance spot, straight into UTF-8. Prices have 2 decimals, quantities 3.</summary>
internal sealed class GeneratedFrameWriter : IDisposable
{
    private const int MaxNumber = 24;
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;

    public GeneratedFrameWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>A diff of the places that changed.</summary>
    public MarketFrame Depth(GeneratedInstrument instrument, long atNanos, long first, ReadOnlySpan<(int Place, bool IsBid)> changes)
    {
        Begin(instrument.Depth);
        WriteEvent("depthUpdate"u8, atNanos, instrument);
        _json.WriteNumber("U"u8, first);
        _json.WriteNumber("u"u8, instrument.UpdateId);
        WriteSide("b"u8, instrument.Book, changes, isBid: true);
        WriteSide("a"u8, instrument.Book, changes, isBid: false);
        return End(instrument.Depth, atNanos, first, instrument.UpdateId);
    }

    public MarketFrame Trade(GeneratedInstrument instrument, long atNanos, int place, long lots, bool buyerIsMaker)
    {
        Begin(instrument.Trade);
        WriteEvent("trade"u8, atNanos, instrument);
        _json.WriteNumber("t"u8, instrument.TradeId);
        WriteNumber("p"u8, instrument.Book.TickOf(place), 2);
        WriteNumber("q"u8, lots, 3);
        _json.WriteNumber("T"u8, atNanos / 1_000_000);
        _json.WriteBoolean("m"u8, buyerIsMaker);
        _json.WriteBoolean("M"u8, true);
        return End(instrument.Trade, atNanos, instrument.TradeId, instrument.TradeId);
    }

    public MarketFrame Ticker(GeneratedInstrument instrument, long atNanos)
    {
        var book = instrument.Book;
        Begin(instrument.Ticker);
        _json.WriteNumber("u"u8, instrument.UpdateId);
        _json.WriteString("s"u8, instrument.SymbolBytes);
        WriteNumber("b"u8, book.TickOf(book.BestBid), 2);
        WriteNumber("B"u8, book.LotsAt(book.BestBid), 3);
        WriteNumber("a"u8, book.TickOf(book.BestAsk), 2);
        WriteNumber("A"u8, book.LotsAt(book.BestAsk), 3);
        return End(instrument.Ticker, atNanos, instrument.UpdateId, instrument.UpdateId);
    }

    /// <summary>The answer to a request for <c>depth</c>.</summary>
    public byte[] Snapshot(GeneratedInstrument instrument, int limit)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("lastUpdateId"u8, instrument.UpdateId);
        WriteSide("bids"u8, instrument.Book, limit, isBid: true);
        WriteSide("asks"u8, instrument.Book, limit, isBid: false);
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _json.Dispose();

    private void Begin(StreamHead head)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(head.Bytes);
        _json.Reset();
        _json.WriteStartObject();
    }

    private void WriteEvent(ReadOnlySpan<byte> name, long atNanos, GeneratedInstrument instrument)
    {
        _json.WriteString("e"u8, name);
        _json.WriteNumber("E"u8, atNanos / 1_000_000);
        _json.WriteString("s"u8, instrument.SymbolBytes);
    }

    private MarketFrame End(StreamHead head, long atNanos, long first, long last)
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("}"u8);
        var bytes = _buffer.WrittenSpan.ToArray();
        return new MarketFrame(
            atNanos, head.Key, bytes, head.Bytes.Length, bytes.Length - head.Bytes.Length - 1, first, last);
    }

    private void WriteSide(
        ReadOnlySpan<byte> name, GeneratedBook book, ReadOnlySpan<(int Place, bool IsBid)> changes, bool isBid)
    {
        _json.WriteStartArray(name);
        foreach (var change in changes)
        {
            if (change.IsBid == isBid)
                WriteLevel(book, change.Place);
        }

        _json.WriteEndArray();
    }

    private void WriteSide(ReadOnlySpan<byte> name, GeneratedBook book, int limit, bool isBid)
    {
        _json.WriteStartArray(name);
        foreach (var place in book.Places(isBid).Take(limit))
            WriteLevel(book, place);
        _json.WriteEndArray();
    }

    private void WriteLevel(GeneratedBook book, int place)
    {
        Span<byte> text = stackalloc byte[MaxNumber];
        _json.WriteStartArray();
        _json.WriteStringValue(text[..Format(text, book.TickOf(place), 2)]);
        _json.WriteStringValue(text[..Format(text, book.LotsAt(place), 3)]);
        _json.WriteEndArray();
    }

    private void WriteNumber(ReadOnlySpan<byte> name, long units, int decimals)
    {
        Span<byte> text = stackalloc byte[MaxNumber];
        _json.WriteString(name, text[..Format(text, units, decimals)]);
    }

    /// <summary>Writes a fixed-point number with all its decimals.</summary>
    private static int Format(Span<byte> text, long units, int decimals)
    {
        var scale = decimals == 2 ? 100 : 1000;
        Utf8Formatter.TryFormat(units / scale, text, out var used);
        text[used++] = (byte)'.';
        var fraction = units % scale;
        for (var i = decimals - 1; i >= 0; i--)
        {
            text[used + i] = (byte)('0' + fraction % 10);
            fraction /= 10;
        }

        return used + decimals;
    }
}
