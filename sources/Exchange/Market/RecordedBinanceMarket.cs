using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>A Binance recording as a market: the recorded frames in order, and the books and trades that they make.</summary>
internal sealed class RecordedBinanceMarket : IMarket
{
    private readonly BinanceRecordingIndex _index;
    private readonly IEnumerator<RecordedLine> _lines;
    private readonly Dictionary<string, BinanceBook> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamKey, TradeHistory> _trades = [];
    private readonly HashSet<string> _symbols;
    private readonly int _tradeHistory;
    private MarketFrame _next;
    private BinanceMessage _nextMessage;
    private bool _hasNext;

    public RecordedBinanceMarket(Recording recording, BadLines bad, int tradeHistory)
    {
        Venue = recording.Venue;
        _tradeHistory = tradeHistory;
        _index = BinanceRecordingIndex.Build(recording, Streams, bad);
        _symbols = [.. _index.Streams.Select(stream => stream.Symbol)];
        foreach (var (symbol, snapshot) in _index.Snapshots(bad))
            BookOf(symbol).AddSeed(snapshot);
        _lines = recording.Read(new BadLines()).GetEnumerator();
    }

    public RecordingVenue Venue { get; }

    public StreamCatalog Streams { get; } = new();

    public ImmutableArray<StreamKey> Known => _index.Streams;

    public long? TotalFrames => _index.Frames;

    public TimeSpan? Length => TimeSpan.FromTicks((_index.LastNanos - _index.FirstNanos) / 100);

    public ReadOnlyMemory<byte>? ExchangeInfo => _index.ExchangeInfo;

    public bool TryPeek(out long atNanos)
    {
        while (!_hasNext && _lines.MoveNext())
            _hasNext = TryRead(_lines.Current);
        atNanos = _hasNext ? _next.AtNanos : 0;
        return _hasNext;
    }

    public MarketFrame Next()
    {
        if (!TryPeek(out _))
            throw new InvalidOperationException("The recording is at its end.");
        _hasNext = false;
        Apply();
        return _next;
    }

    public SnapshotAnswer Snapshot(string symbol, int limit)
    {
        if (_books.TryGetValue(symbol, out var book))
            return book.Answer(limit);
        return new SnapshotAnswer(_symbols.Contains(symbol) ? SnapshotState.NotYet : SnapshotState.UnknownSymbol);
    }

    public byte[]? Trades(string symbol, TradeStream stream, long? fromId, int limit)
    {
        if (!_symbols.Contains(symbol))
            return null;
        var kind = stream == TradeStream.Trades ? "trade" : "aggTrade";
        var key = Streams.OfBinance($"{symbol.ToLowerInvariant()}@{kind}")!;
        return HistoryOf(key).Write(stream, Venue == RecordingVenue.BinanceSpot, fromId, limit);
    }

    public void Dispose() => _lines.Dispose();

    private bool TryRead(in RecordedLine line)
    {
        if (line.Kind != RecordedKind.Message)
            return false;
        try
        {
            var message = BinanceMessage.Read(line.Payload.Span, Streams);
            if (message.Stream is not { } stream || message.SnapshotId > 0)
                return false;
            _nextMessage = message;
            _next = Frame(line, stream, message);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Counted when the index was built.
            return false;
        }
    }

    private static MarketFrame Frame(in RecordedLine line, StreamKey stream, in BinanceMessage message)
    {
        if (message.DataStart > 0)
        {
            return new MarketFrame(
                line.AtNanos, stream, line.Payload, message.DataStart, message.DataLength, message.First, message.Last);
        }

        // A capture of a raw stream: the combined form is made around the recorded bytes.
        byte[] head = [.. "{\"stream\":\""u8, .. System.Text.Encoding.UTF8.GetBytes(stream.Name), .. "\",\"data\":"u8];
        byte[] bytes = [.. head, .. line.Payload.Span, (byte)'}'];
        return new MarketFrame(
            line.AtNanos, stream, bytes, head.Length, line.Payload.Length, message.First, message.Last);
    }

    private void Apply()
    {
        if (_next.Stream.Kind == "depth")
            BookOf(_next.Stream.Symbol).Apply(_nextMessage, _next.Data.Span);
        else if (_next.Stream.Family == StreamFamily.Trade)
            HistoryOf(_next.Stream).Add(_next.Last, _next.Data);
    }

    private BinanceBook BookOf(string symbol)
    {
        if (!_books.TryGetValue(symbol, out var book))
            _books[symbol] = book = new BinanceBook(Venue);
        return book;
    }

    private TradeHistory HistoryOf(StreamKey stream)
    {
        if (!_trades.TryGetValue(stream, out var history))
            _trades[stream] = history = new TradeHistory(_tradeHistory);
        return history;
    }
}
