using System.Collections.Immutable;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>
/// A market as the exchange itself knows it: without faults, always at its present point. Frames come out in order; what is
/// asked is answered as of the last frame that came out. Not thread-safe: the owner locks.
/// </summary>
internal interface IMarket : IDisposable
{
    RecordingVenue Venue { get; }

    StreamCatalog Streams { get; }

    /// <summary>The streams that this market has.</summary>
    ImmutableArray<StreamKey> Known { get; }

    /// <summary>How many frames there are in all; none where there is no end.</summary>
    long? TotalFrames { get; }

    /// <summary>The market's time between the first and the last frame; none where there is no end.</summary>
    TimeSpan? Length { get; }

    /// <summary>The time of the next frame, without moving on.</summary>
    /// <returns>False at the end.</returns>
    bool TryPeek(out long atNanos);

    /// <summary>Moves on by one frame.</summary>
    MarketFrame Next();

    /// <summary>The book of a symbol at the present point, as the venue would write it.</summary>
    SnapshotAnswer Snapshot(string symbol, int limit);

    /// <summary>Trades by id, those at or after <paramref name="fromId"/>, or the newest; a JSON array as the venue writes it.</summary>
    /// <returns>Null for an unknown symbol.</returns>
    byte[]? Trades(string symbol, TradeStream stream, long? fromId, int limit);
}

/// <summary>Single or aggregated trades.</summary>
internal enum TradeStream
{
    Trades = 0,
    Aggregated = 1,
}

/// <summary>Whether there is a snapshot.</summary>
internal enum SnapshotState
{
    Known = 0,
    UnknownSymbol = 1,

    /// <summary>The recording holds nothing from which the book could be known at this point.</summary>
    NotYet = 2,
}

/// <summary>A book as the venue would write it.</summary>
/// <param name="State">Whether there is one.</param>
/// <param name="Sequence">Its sequence; 0 on venues without.</param>
/// <param name="Body">The JSON.</param>
internal readonly record struct SnapshotAnswer(SnapshotState State, long Sequence = 0, byte[]? Body = null);
