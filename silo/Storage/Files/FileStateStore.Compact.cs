using StreamForge.Silo.Files;

namespace StreamForge.Silo.Storage.Files;

/// <remarks>
/// Compaction takes the oldest segment, moves the rows of it that still count to the end, a slice with every commit, and then deletes
/// the file. Since it is the oldest, its tombstones have nothing left to hide and go with it.
/// </remarks>
public sealed partial class FileStateStore
{
    private RowSegment? _victim;
    private long _victimPosition;
    private long _slicePosition;
    private bool _isDamaged;

    private bool IsCompactionDue
    {
        get
        {
            lock (_lock)
            {
                if (_closed || _isDamaged || _segments.Count < 2)
                    return false;
                var total = _segments.Sum(s => s.File.Length);
                return total > _options.CompactAboveBytes && total > _options.CompactAboveRatio * _table.LiveBytes;
            }
        }
    }

    /// <summary>Adds the next rows of the victim that still count to the run.</summary>
    private async ValueTask MoveSlice(RowRun run)
    {
        if (_victim is null && IsCompactionDue)
        {
            (_victim, _victimPosition) = (_segments[0], 0);
            FileStateStoreMessages.Compacting(_logger, _victim.Name);
        }

        if (_victim is null)
            return;
        _slicePosition = _victimPosition;
        var want = _options.CompactSliceBytes;
        while (_slicePosition == _victimPosition && _slicePosition < _victim.File.Length)
        {
            var block = new byte[Math.Min(want, _victim.File.Length - _slicePosition)];
            await _victim.File.ReadAt(_slicePosition, block);
            FrameStatus status;
            FrameHeader header;
            var used = 0;
            while ((status = Frame.TryRead(block.AsSpan(used), out header)) == FrameStatus.Valid)
            {
                MoveIfLive(run, _slicePosition + used, header, block.AsMemory(used + Frame.HeaderSize, header.Length));
                used += header.Size;
            }

            _slicePosition += used;
            if (status == FrameStatus.Broken || (used == 0 && block.Length >= header.Size))
            {
                // Nothing is deleted that cannot be read: the files stay as they are, and only grow.
                FileStateStoreMessages.CompactionStopped(_logger, _victim.Name, _slicePosition);
                (_victim, _isDamaged) = (null, true);
                return;
            }

            want = Math.Max(want, header.Size);
        }
    }

    private void MoveIfLive(RowRun run, long position, FrameHeader header, ReadOnlyMemory<byte> frame)
    {
        if (header.Kind != RowCodec.Row)
            return;
        var head = RowCodec.DecodeHead(frame.Span);
        RowEntry? live;
        lock (_lock)
            live = _table[head.Key];
        if (live is not null && live.Segment == _victim && live.Position == position && !run.Changes(head.Key, out _))
            run.AddRow(live.Head, frame[RowCodec.PayloadStart(frame.Span)..]);
    }

    private void AbandonSlice() => _slicePosition = _victimPosition;

    /// <summary>What was moved is durable: goes on with the next commit, or deletes the victim.</summary>
    private async ValueTask FinishSlice()
    {
        if (_victim is null)
            return;
        _victimPosition = _slicePosition;
        if (_victimPosition >= _victim.File.Length)
            await DropVictim(_victim);
        if (_victim is not null || IsCompactionDue)
            _committer.Enqueue(this);
    }

    private async ValueTask DropVictim(RowSegment victim)
    {
        _victim = null;
        lock (_lock)
            _segments.Remove(victim);

        await victim.File.DisposeAsync();
        try
        {
            await _files.Delete(victim.File.Path);
        }
        catch (IOException e)
        {
            FileStateStoreMessages.DropFailed(_logger, e, victim.Name);
        }
    }
}
