using System.Collections.Immutable;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>A generated market as the exchange's market.</summary>
/// <param name="options">What it is like.</param>
/// <param name="market">At the point where it goes on; disposed of with this.</param>
/// <param name="keeper">Keeps its place; none where it ends with the process.</param>
/// <param name="claim">Of the folder that its place is kept in; disposed of with this.</param>
/// <param name="time">The clock of its first frame.</param>
internal sealed class GeneratedFeed(
    GeneratorOptions options, GeneratedMarket market, MarketKeeper? keeper, IDisposable? claim, TimeProvider time) : IMarket
{
    private readonly long _before = market.Frames;
    private bool _started;

    public RecordingVenue Venue => RecordingVenue.BinanceSpot;

    public StreamCatalog Streams => market.Streams;

    public ImmutableArray<StreamKey> Known => market.Known;

    public long? TotalFrames => options.Frames is { } frames ? Math.Max(0, frames - _before) : null;

    public TimeSpan? Length =>
        TotalFrames is { } frames ? TimeSpan.FromSeconds(Math.Max(0, frames - 1) / options.Rate) : null;

    public bool TryPeek(out long atNanos)
    {
        if (!_started && (options.StartAt is null || _before > 0))
            Start();
        _started = true;
        atNanos = market.NextNanos;
        return options.Frames is not { } frames || market.Frames < frames;
    }

    public MarketFrame Next()
    {
        keeper?.BeforeNext();
        return market.Next();
    }

    public SnapshotAnswer Snapshot(string symbol, int limit) =>
        market.Snapshot(symbol, limit) is { } body
            ? new SnapshotAnswer(SnapshotState.Known, market.SequenceOf(symbol), body)
            : new SnapshotAnswer(SnapshotState.UnknownSymbol);

    /// <summary>There are no aggregated trades: each trade is single.</summary>
    public byte[]? Trades(string symbol, TradeStream stream, long? fromId, int limit) =>
        stream == TradeStream.Trades || market.SequenceOf(symbol) == 0
            ? market.Trades(symbol, fromId, limit)
            : [.. "[]"u8];

    /// <exception cref="IOException">Its place could not be stored: the next start goes on a little later.</exception>
    public void Dispose()
    {
        market.Dispose();
        using (claim)
            keeper?.End();
    }

    /// <summary>In the present, or where its own clock is ahead of that by what was made again, from there.</summary>
    private void Start()
    {
        var due = DateTimeOffset.UnixEpoch.AddTicks(market.NextNanos / 100);
        var now = options.StartAt is null ? time.GetUtcNow() : due;
        market.StartAt(_before > 0 && due > now ? due : now);
    }
}
