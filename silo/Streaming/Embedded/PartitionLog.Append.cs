using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

internal sealed partial class PartitionLog
{
    /// <summary>Gives the record its offset and has it committed with what gathers until the commit under way is done.</summary>
    public Task<AppendedAt> Append(NewRecord record, AppendChain? chain = null)
    {
        var size = RecordCodec.Size(record);
        if (size > _context.Options.MaxRecordBytes)
            return Task.FromException<AppendedAt>(
                new RecordTooLargeException(Partition.Topic, size, _context.Options.MaxRecordBytes));

        Task<AppendedAt> appended;
        bool isFirst;
        lock (_lock)
        {
            if (_closed)
                return Task.FromException<AppendedAt>(Closed());
            if (chain is { IsBroken: true })
                return Task.FromException<AppendedAt>(AppendChain.Refusal(Partition.Topic));
            if (_pendingBytes > _context.Options.MaxPendingBytes)
            {
                chain?.Break();
                return Task.FromException<AppendedAt>(new EventLogException(
                    $"More than {_context.Options.MaxPendingBytes} bytes wait to be written to {Partition}: append less at once."));
            }
            isFirst = _pending.Count == 0;
            if (isFirst || _pending[^1].Bytes + size > _context.Options.SegmentBytes)
                _pending.Add(new AppendBatch(Partition, _nextOffset, _unsynced));
            var now = _context.Time.GetUtcNow().ToUnixTimeMilliseconds();
            appended = _pending[^1].Add(record, (int)size, now, _memory, chain);
            _nextOffset++;
            _pendingBytes += size;
            if (_context.Options.Fsync == FsyncPolicy.OnSeal)
                _unsynced += size + Frame.HeaderSize;
        }

        if (isFirst)
            _context.Committer.Enqueue(this);
        return appended;
    }

    /// <summary>Writes what has gathered, makes it durable, shows it to readers and answers those who appended it.</summary>
    public async Task Commit()
    {
        List<AppendBatch> batches;
        lock (_lock)
        {
            (batches, _pending) = (_pending, []);
            _pendingBytes = 0;
        }

        for (var i = 0; i < batches.Count; i++)
            if (await Commit(batches[i]) is { } failure)
            {
                FailAfter(batches.GetRange(i, batches.Count - i), failure);
                break;
            }
        await DropOverSize();
    }

    /// <summary>
    /// Appends have no holes: what was handed in before a failure was reported fails with it. The failure is reported first; who
    /// appends after that knows of it, or has a chain that does.
    /// </summary>
    private void FailAfter(List<AppendBatch> batches, EventLogException failure)
    {
        lock (_lock)
            foreach (var batch in batches)
                batch.BreakChains();
        foreach (var batch in batches)
            batch.Fail(failure);
        List<AppendBatch> later;
        lock (_lock)
        {
            (later, _pending) = (_pending, []);
            _pendingBytes = 0;
            foreach (var batch in later)
                batch.BreakChains();
        }
        foreach (var batch in later)
            batch.Fail(failure);
    }

    /// <returns>Why the batch is not in the log; null where it is, durably.</returns>
    private async ValueTask<EventLogException?> Commit(AppendBatch batch)
    {
        try
        {
            await Heal();
            if (Active.HasRecords && Active.Length + batch.Bytes > _context.Options.SegmentBytes)
                await Roll(batch.FirstOffset);
            await Active.File.Append(batch.Parts(), sync: _context.Options.Fsync == FsyncPolicy.EachCommit);
        }
        catch (Exception e)
        {
            _damaged = true;
            EmbeddedLogMessages.CommitFailed(_context.Logger, e, Partition.ToString(), batch.Count);
            return new EventLogException($"{batch.Count} records could not be written to {Active.Name}: {e.Message}", e);
        }

        Publish(batch);
        return null;
    }

    private void Publish(AppendBatch batch)
    {
        TaskCompletionSource? appended;
        lock (_lock)
        {
            var position = Active.Length;
            for (var i = 0; i < batch.Count; i++)
            {
                Active.Note(batch.FirstOffset + i, position, batch.AppendedAt);
                position += batch.Frames[i].Length;
            }

            Active.Show(position);
            _end = Active.EndOffset;
            _tail.Add(batch);
            (appended, _appended) = (_appended, null);
        }

        batch.Complete();
        appended?.TrySetResult();
    }

    /// <summary>After a failed write nobody knows what the file holds beyond what was acknowledged: that goes first.</summary>
    private async ValueTask Heal()
    {
        if (!_damaged)
            return;
        await Active.File.Truncate(Active.Length);
        _damaged = false;
    }

    /// <summary>Seals the active segment with a mark, then begins the next one.</summary>
    private async ValueTask Roll(long baseOffset)
    {
        await Active.File.Append([Frame.NewMark()], sync: true);
        var next = await NewSegment(baseOffset);
        lock (_lock)
        {
            Active.Show(Active.File.Length);
            _segments.Add(next);
        }
    }
}
