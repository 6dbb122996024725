using System.Collections.Immutable;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// When the records of a partition were written, a mark a batch: tells the age of the oldest one that is not applied. Written by the pump's
/// turn, read from any thread.
/// </summary>
/// <param name="applied">Below it all is applied, as of now.</param>
internal sealed class RecordTimes(Func<long> applied)
{
    // A partition that a key holds back reads on and on: its marks become coarser then.
    private const int Kept = 256;

    private ImmutableArray<Mark> _marks = [];
    private int _stride = 1;
    private int _skipped;

    /// <summary>Notes a batch that was read. One that was read before replaces what came after it.</summary>
    public void Add(IReadOnlyList<LogRecord> records)
    {
        if (records.Count == 0)
            return;
        var (first, marks) = (records[0], _marks);
        while (marks is [.., var last] && last.Offset >= first.Offset)
            marks = marks.RemoveAt(marks.Length - 1);
        if (marks.Length == _marks.Length && ++_skipped < _stride)
            return;
        _skipped = 0;
        if (marks.Length >= Kept)
            marks = Thin(marks, applied());
        ImmutableInterlocked.InterlockedExchange(ref _marks, marks.Add(new Mark(first.Offset, first.Timestamp)));
    }

    /// <summary>When the record at <paramref name="offset"/> was written, or one a little before it; none where nothing was read.</summary>
    public DateTimeOffset? WrittenAt(long offset)
    {
        var marks = ImmutableInterlocked.InterlockedCompareExchange(ref _marks, default, default);
        for (var i = marks.Length - 1; i >= 0; i--)
            if (marks[i].Offset <= offset)
                return marks[i].Time;
        return marks.IsEmpty ? null : marks[0].Time;
    }

    /// <summary>Without those that are done with; where that is not enough every other one goes, now and from now on.</summary>
    private ImmutableArray<Mark> Thin(ImmutableArray<Mark> marks, long below)
    {
        var needed = marks.RemoveRange(0, Math.Max(0, marks.Count(mark => mark.Offset <= below) - 1));
        if (needed.Length < Kept / 2)
        {
            _stride = 1;
            return needed;
        }
        _stride *= 2;
        return [.. needed.Where((_, index) => index % 2 == 0)];
    }

    private readonly record struct Mark(long Offset, DateTimeOffset Time);
}
