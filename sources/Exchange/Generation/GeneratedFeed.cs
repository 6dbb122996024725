using System.Collections.Immutable;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>A generated market as the exchange's market.</summary>
internal sealed class GeneratedFeed(GeneratorOptions options, TimeProvider time) : IMarket
{
    private readonly GeneratedMarket _market = new(options);
    private bool _started;

    public RecordingVenue Venue => RecordingVenue.BinanceSpot;

    public StreamCatalog Streams => _market.Streams;

    public ImmutableArray<StreamKey> Known => _market.Known;

    public long? TotalFrames => options.Frames;

    public TimeSpan? Length => options.Frames is { } frames ? TimeSpan.FromSeconds((frames - 1) / options.Rate) : null;

    public bool TryPeek(out long atNanos)
    {
        if (!_started && options.StartAt is null)
            _market.StartAt(time.GetUtcNow());
        _started = true;
        atNanos = _market.NextNanos;
        return options.Frames is not { } frames || _market.Frames < frames;
    }

    public MarketFrame Next() => _market.Next();

    public SnapshotAnswer Snapshot(string symbol, int limit) =>
        _market.Snapshot(symbol, limit) is { } body
            ? new SnapshotAnswer(SnapshotState.Known, _market.SequenceOf(symbol), body)
            : new SnapshotAnswer(SnapshotState.UnknownSymbol);

    /// <summary>There are no aggregated trades: each trade is single.</summary>
    public byte[]? Trades(string symbol, TradeStream stream, long? fromId, int limit) =>
        stream == TradeStream.Trades || _market.SequenceOf(symbol) == 0
            ? _market.Trades(symbol, fromId, limit)
            : [.. "[]"u8];

    public void Dispose() => _market.Dispose();
}
