namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// When the records of a partition were written, a mark a batch, some a second at most: tells the age of the oldest one that is not applied.
/// Written by the pump's turn, read from any thread.
/// </summary>
/// <param name="applied">Below it all is applied, as of now.</param>
internal sealed class RecordTimes(Func<long> applied)
{
    // A partition that a key holds back reads on and on: its marks become coarser then.
    private const int Kept = 256;
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<Mark> _marks = [];
    private int _stride = 1;
    private int _skipped;

    /// <summary>Notes a batch that was read. One that was read before replaces what came after it.</summary>
    public void Add(IReadOnlyList<LogRecord> records)
    {
        if (records.Count == 0)
            return;
        var first = records[0];
        lock (_gate)
        {
            var before = _marks.Count;
            while (_marks is [.., var later] && later.Offset >= first.Offset)
                _marks.RemoveAt(_marks.Count - 1);
            if (_marks.Count == before && (_marks is [.., var last] && (first.Timestamp - last.Time).Duration() < Apart || ++_skipped < _stride))
                return;
            _skipped = 0;
            if (_marks.Count >= Kept)
                Thin(applied());
            _marks.Add(new Mark(first.Offset, first.Timestamp));
        }
    }

    /// <summary>When the record at <paramref name="offset"/> was written, or one a little before it; none where nothing was read.</summary>
    public DateTimeOffset? WrittenAt(long offset)
    {
        lock (_gate)
        {
            for (var i = _marks.Count - 1; i >= 0; i--)
                if (_marks[i].Offset <= offset)
                    return _marks[i].Time;
            return _marks is [var oldest, ..] ? oldest.Time : null;
        }
    }

    /// <summary>Without those that are done with; where that is not enough every other one goes, now and from now on.</summary>
    private void Thin(long below)
    {
        _marks.RemoveRange(0, Math.Max(0, _marks.Count(mark => mark.Offset <= below) - 1));
        if (_marks.Count < Kept / 2)
        {
            _stride = 1;
            return;
        }
        _stride *= 2;
        for (var i = _marks.Count - 1; i > 0; i--)
            if (i % 2 != 0)
                _marks.RemoveAt(i);
    }

    private readonly record struct Mark(long Offset, DateTimeOffset Time);
}
