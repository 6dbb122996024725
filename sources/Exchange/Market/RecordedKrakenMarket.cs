using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>
/// A Kraken recording as a market. Only messages of channels are its frames: events (status, heartbeats) are the exchange's own to
/// say.
/// </summary>
internal sealed class RecordedKrakenMarket : IMarket
{
    private const int DefaultDepth = 1000;
    private readonly Dictionary<StreamKey, KrakenChannel> _channels = [];
    private readonly Dictionary<StreamKey, KrakenBook> _books = [];
    private readonly IEnumerator<RecordedLine> _lines;
    private long _firstNanos = long.MaxValue;
    private long _lastNanos;
    private long _frames;
    private MarketFrame _next;
    private bool _hasNext;

    public RecordedKrakenMarket(Recording recording, BadLines bad)
    {
        foreach (var line in recording.Read(bad))
        {
            if (TryRead(line, bad, out var frame))
                Count(frame.AtNanos);
        }

        if (_frames == 0)
            throw new RecordingException($"{recording.Files[0]}: no message of the venue in it.");
        foreach (var (stream, channel) in _channels)
        {
            if (stream.Kind == "book")
                _books[stream] = new KrakenBook(channel.Depth);
        }

        _lines = recording.Read(new BadLines()).GetEnumerator();
    }

    public RecordingVenue Venue => RecordingVenue.Kraken;

    public StreamCatalog Streams { get; } = new();

    public ImmutableArray<StreamKey> Known =>
        [.. _channels.Keys.OrderBy(stream => stream.Name, StringComparer.Ordinal)];

    public long? TotalFrames => _frames;

    public TimeSpan? Length => TimeSpan.FromTicks((_lastNanos - _firstNanos) / 100);

    /// <summary>The recorded channels.</summary>
    public IReadOnlyDictionary<StreamKey, KrakenChannel> Channels => _channels;

    public bool TryPeek(out long atNanos)
    {
        while (!_hasNext && _lines.MoveNext())
            _hasNext = TryRead(_lines.Current, null, out _next);
        atNanos = _hasNext ? _next.AtNanos : 0;
        return _hasNext;
    }

    public MarketFrame Next()
    {
        if (!TryPeek(out _))
            throw new InvalidOperationException("The recording is at its end.");
        _hasNext = false;
        if (_books.TryGetValue(_next.Stream, out var book))
            book.Apply(_next.Bytes.Span, _next.IsSnapshot);
        return _next;
    }

    public SnapshotAnswer Snapshot(string symbol, int limit)
    {
        var stream = Streams.OfKraken("book", symbol);
        if (!_books.TryGetValue(stream, out var book))
            return new SnapshotAnswer(SnapshotState.UnknownSymbol);
        if (!book.IsKnown)
            return new SnapshotAnswer(SnapshotState.NotYet);
        var channel = _channels[stream];
        return new SnapshotAnswer(SnapshotState.Known, 0, book.Write(channel.Id, channel.Name, symbol));
    }

    /// <summary>Kraken's trades have no ids to ask for.</summary>
    public byte[]? Trades(string symbol, TradeStream stream, long? fromId, int limit) => null;

    public void Dispose() => _lines.Dispose();

    private void Count(long atNanos)
    {
        _frames++;
        _firstNanos = Math.Min(_firstNanos, atNanos);
        _lastNanos = Math.Max(_lastNanos, atNanos);
    }

    private bool TryRead(in RecordedLine line, BadLines? bad, out MarketFrame frame)
    {
        frame = default;
        if (line.Kind != RecordedKind.Message)
            return false;
        try
        {
            var message = KrakenMessage.Read(line.Payload.Span);
            if (message.ChannelName is null || message.Pair is null)
                return false;
            var stream = Streams.OfKraken(message.Channel, message.Pair);
            if (!_channels.ContainsKey(stream))
            {
                var depth = message.Depth > 0 ? message.Depth : DefaultDepth;
                _channels[stream] = new KrakenChannel(message.ChannelId, message.ChannelName, depth);
            }

            frame = new MarketFrame(
                line.AtNanos, stream, line.Payload, 0, line.Payload.Length, 0, 0, message.IsSnapshot);
            return !message.IsEvent;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            bad?.Add(line.File, line.Line, $"not a message of the venue: {e.Message}");
            return false;
        }
    }
}

/// <summary>A channel of Kraken as it is said in messages.</summary>
/// <param name="Id">The number at the start of every message.</param>
/// <param name="Name"><c>book-1000</c>, <c>trade</c>.</param>
/// <param name="Depth">Levels a side of a book.</param>
internal sealed record KrakenChannel(long Id, string Name, int Depth);
