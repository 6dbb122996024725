using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

internal sealed partial class PartitionLog
{
    /// <summary>Drops sealed segments whose newest record was appended before a moment.</summary>
    public ValueTask DropOlderThan(DateTimeOffset moment)
    {
        var limit = moment.ToUnixTimeMilliseconds();
        return Drop(oldest => oldest.AppendedAt < limit);
    }

    /// <summary>Drops sealed segments all of whose records lie below an offset.</summary>
    public ValueTask DropBelow(long offset) => Drop(oldest => oldest.EndOffset <= offset);

    /// <summary>Drops sealed segments until the partition is as large as it may be.</summary>
    private ValueTask DropOverSize()
    {
        if (_context.Options.RetentionBytes is not { } limit)
            return ValueTask.CompletedTask;
        return Drop(oldest => _segments.Sum(s => s.Length) - oldest.Length >= limit);
    }

    /// <summary>Readers lose sight of the segments first, then the files go, oldest first, so that a crash leaves no hole.</summary>
    private async ValueTask Drop(Func<Segment, bool> isOver)
    {
        var dropped = new List<Segment>();
        lock (_lock)
        {
            while (_segments.Count > 1 && !_closed && isOver(_segments[0]))
            {
                dropped.Add(_segments[0]);
                _segments.RemoveAt(0);
            }
        }

        foreach (var segment in dropped)
        {
            EmbeddedLogMessages.SegmentDropped(_context.Logger, segment.Name, segment.BaseOffset, segment.EndOffset);
            await segment.File.DisposeAsync();
            try
            {
                await _context.Files.Delete(segment.File.Path);
            }
            catch (IOException e)
            {
                EmbeddedLogMessages.DropFailed(_context.Logger, e, segment.Name);
            }
        }
    }
}
