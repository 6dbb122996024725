namespace StreamForge.Sources.Exchange.Playback;

/// <summary>What the player is doing.</summary>
public enum PlaybackState
{
    /// <summary>Waits for the expected subscriptions.</summary>
    Waiting = 0,

    Playing = 1,

    /// <summary>Paused by command.</summary>
    Paused = 2,

    /// <summary>Waits for the next command to advance.</summary>
    LockStep = 3,

    /// <summary>All frames are out; the connections stay open.</summary>
    Ended = 4,

    /// <summary>The recording could not be read on.</summary>
    Failed = 5,
}

/// <summary>Where the player stands.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Frames">Frames that are out.</param>
/// <param name="TotalFrames">All frames; none where there is no end.</param>
/// <param name="Position">The market's own time, UTC; none before the first frame.</param>
/// <param name="Remaining">Real time to the end at the present speed: by the clock, or by the rate so far at full speed.</param>
/// <param name="WaitingFor">Expected streams that nobody has subscribed to yet.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record PlaybackProgress(
    PlaybackState State,
    long Frames,
    long? TotalFrames,
    DateTimeOffset? Position,
    TimeSpan? Remaining,
    IReadOnlyList<string> WaitingFor,
    string? Reason);

/// <summary>Where an advance by command ended.</summary>
/// <param name="Advanced">Frames that came out.</param>
/// <param name="Frames">Frames that are out in all.</param>
/// <param name="Ended">Nothing is left.</param>
/// <param name="Stream">The stream of the last frame.</param>
/// <param name="Symbol">The symbol of the last frame.</param>
/// <param name="Sequence">The last sequence or id of the last frame; 0 where it has none.</param>
public sealed record AdvanceResult(
    long Advanced, long Frames, bool Ended, string? Stream, string? Symbol, long Sequence);
