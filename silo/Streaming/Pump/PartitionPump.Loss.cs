using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <content>
/// Records that went before they were read. Noted in memory at once, and durably by the checkpoint before any mark that lies behind
/// them: a crash in between finds the low-water mark before the loss, and notices it again.
/// </content>
internal abstract partial class PartitionPump
{
    /// <summary>Records that retention took before they were read, while somebody may miss them. Of any thread.</summary>
    public PartitionLoss? Loss
    {
        get => Volatile.Read(ref _loss)?.Range;
        private set => Volatile.Write(ref _loss, value is { } range ? new Known(range) : null);
    }

    private Known? _loss;

    /// <summary>Retention took records of this partition, now or before a start that found it in the row.</summary>
    protected virtual void Lost(PartitionLoss loss)
    {
    }

    /// <summary>A loss stands in the row, and the mark is behind it; called after each checkpoint while that is so.</summary>
    protected virtual void LossStored(PartitionLoss loss)
    {
    }

    /// <summary>Something that this partition feeds may miss records in that range.</summary>
    protected void NoteLoss(PartitionLoss loss)
    {
        var known = Loss is { } before ? before.With(loss) : loss;
        if (known == Loss)
            return;
        (Loss, _lossUnstored) = (known, true);
        Log.Lost(_services.Logger, Partition, loss.From, loss.To);
    }

    /// <summary>Nobody misses those any more; where more was lost since, that stays.</summary>
    protected void EndLoss(PartitionLoss loss)
    {
        if (Loss != loss)
            return;
        (Loss, _lossUnstored) = (null, true);
        Log.LossClosed(_services.Logger, Partition, loss.From, loss.To);
    }

    /// <summary>Retention took what was to be read in that range.</summary>
    protected void Lose(LossRange range)
    {
        var loss = new PartitionLoss(range.From, range.To, Time.GetUtcNow());
        NoteLoss(loss);
        Lost(loss);
    }

    /// <summary>
    /// Whether the group has read this partition of another log: the topic was made anew since, and what was not read of the old one nobody
    /// can read any more. That is a loss before the first record, noticed again until a mark of the new log is stored.
    /// </summary>
    private async Task<bool> WasAnotherLog()
    {
        var rows = await Retry("the partitions' rows", () => _services.Partitions.List(_services.Group, Aborting));
        return rows.Any(row => row.Key.Topic == Partition.Topic && row.Key.Partition == Partition.Partition && row.Key.LogId != LogId);
    }

    private void LookAfterLoss()
    {
        // Not before the mark is behind it: what a restart would apply again could still open something.
        if (!_stopping.IsCancellationRequested && !_lossUnstored && Loss is { } loss && _stored >= loss.To)
            LossStored(loss);
    }

    /// <exception cref="FencedException">Another owner has the partition.</exception>
    private async ValueTask StoreLoss()
    {
        if (!_lossUnstored)
            return;
        var loss = Loss;
        if (!await _services.Partitions.NoteLoss(Key, Epoch, loss, Aborting))
            throw new FencedException();
        // It may have grown meanwhile: then the next checkpoint stores it, before the mark moves over that.
        _lossUnstored = Loss != loss;
    }

    private sealed record Known(PartitionLoss Range);
}
