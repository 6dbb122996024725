using System.Collections.Immutable;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>A market behind its lock: the player moves it, requests ask it.</summary>
internal sealed class SharedMarket(IMarket market) : IDisposable
{
    private readonly Lock _lock = new();
    private ImmutableArray<StreamKey>? _expected;
    private long _frames;

    public RecordingVenue Venue => market.Venue;

    public StreamCatalog Streams => market.Streams;

    public ImmutableArray<StreamKey> Known => market.Known;

    public long? TotalFrames => market.TotalFrames;

    public TimeSpan? Length => market.Length;

    /// <summary>Frames that came out.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    public bool TryPeek(out long atNanos)
    {
        lock (_lock)
            return market.TryPeek(out atNanos);
    }

    /// <summary>Moves on by one frame.</summary>
    /// <returns>The frame and its number, from 1.</returns>
    public (MarketFrame Frame, long Number) Next()
    {
        lock (_lock)
        {
            var frame = market.Next();
            return (frame, Interlocked.Increment(ref _frames));
        }
    }

    /// <summary>A snapshot and the number of the last frame that it holds.</summary>
    public (SnapshotAnswer Answer, long Number) Snapshot(string symbol, int limit)
    {
        lock (_lock)
            return (market.Snapshot(symbol, limit), _frames);
    }

    /// <summary>
    /// A snapshot that is taken over before the market can move on: what is queued by <paramref name="take"/> stands before every
    /// frame that the snapshot does not hold.
    /// </summary>
    public void Snapshot(string symbol, int limit, Action<SnapshotAnswer, long> take)
    {
        lock (_lock)
            take(market.Snapshot(symbol, limit), _frames);
    }

    public byte[]? Trades(string symbol, TradeStream stream, long? fromId, int limit)
    {
        lock (_lock)
            return market.Trades(symbol, stream, fromId, limit);
    }

    /// <summary>The streams that must be subscribed to before frames go out: as configured, or all of depth and trades.</summary>
    /// <exception cref="InvalidDataException">This market has no stream of a configured name.</exception>
    public ImmutableArray<StreamKey> Expected(PlaybackOptions options) => _expected ??= options.ExpectedStreams is { Count: > 0 } names
        ? [.. names.Select(name => OfName(name)
            ?? throw new InvalidDataException($"There is no stream '{name}' to expect; there are {string.Join(", ", Known.Take(3).Select(stream => stream.Name))}, ..."))]
        : [.. Known.Where(stream => stream.Family is StreamFamily.Depth or StreamFamily.Trade)];

    /// <summary>The stream of a name in either venue's form.</summary>
    private StreamKey? OfName(string name) =>
        Known.FirstOrDefault(stream => string.Equals(stream.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? (Venue == RecordingVenue.Kraken ? null : Streams.OfBinance(name));

    public void Dispose() => market.Dispose();
}
