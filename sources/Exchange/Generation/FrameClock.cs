namespace StreamForge.Sources.Exchange.Generation;

/// <summary>From this frame on they follow each other at an even pace.</summary>
/// <param name="Frame">Its number, from 0.</param>
/// <param name="AtNanos">Its time: nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Step">Nanoseconds from one frame to the next.</param>
internal readonly record struct FrameAnchor(long Frame, long AtNanos, double Step);

/// <summary>
/// The times of a generated market's frames. A market that was away goes on in the present: what it made before keeps its time.
/// </summary>
internal sealed class FrameClock
{
    private readonly List<FrameAnchor> _anchors = [];
    private int _current;

    public FrameClock(IEnumerable<FrameAnchor> anchors) => _anchors.AddRange(anchors);

    /// <summary>In order; the first also counts for what came before it.</summary>
    public IReadOnlyList<FrameAnchor> Anchors => _anchors;

    /// <summary>The time of a frame that is not before one asked for earlier.</summary>
    public long At(long frame)
    {
        while (_current + 1 < _anchors.Count && _anchors[_current + 1].Frame <= frame)
            _current++;
        var anchor = _anchors[_current];
        return anchor.AtNanos + (long)((frame - anchor.Frame) * anchor.Step);
    }

    /// <summary>From its frame on the new anchor counts.</summary>
    public void Set(FrameAnchor anchor)
    {
        _anchors.RemoveAll(known => known.Frame >= anchor.Frame);
        _anchors.Add(anchor);
        _current = Math.Min(_current, _anchors.Count - 1);
    }

    /// <summary>Nobody will ask for frames before this one again.</summary>
    public void Forget(long before)
    {
        var gone = _anchors.FindLastIndex(anchor => anchor.Frame <= before);
        if (gone <= 0)
            return;
        _anchors.RemoveRange(0, gone);
        _current = Math.Max(0, _current - gone);
    }
}
