namespace StreamForge.Sources.Exchange.Playback;

/// <summary>Tells when frames are due: the market's clock, scaled, against the real one.</summary>
/// <param name="time">The real clock.</param>
/// <param name="speed">Market seconds a real second; infinity for as fast as the subscribers take them.</param>
internal sealed class FramePacer(TimeProvider time, double speed)
{
    /// <summary>Shorter waits cost more than the precision that they buy.</summary>
    private static readonly TimeSpan _coarseness = TimeSpan.FromMilliseconds(1);

    private long _startNanos;
    private long _startedAt;
    private bool _started;

    /// <summary>The next frame starts the clock anew: after a pause.</summary>
    public void Restart() => _started = false;

    /// <summary>How long until a frame is due; zero or less where it is.</summary>
    public TimeSpan Until(long atNanos)
    {
        if (double.IsInfinity(speed))
            return TimeSpan.Zero;
        if (!_started)
        {
            _started = true;
            _startNanos = atNanos;
            _startedAt = time.GetTimestamp();
        }

        var due = TimeSpan.FromTicks((long)((atNanos - _startNanos) / 100 / speed));
        var wait = due - time.GetElapsedTime(_startedAt);
        return wait < _coarseness ? TimeSpan.Zero : wait;
    }
}
