using System.Collections.Immutable;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Integrity.Entities;

/// <content>Makes memory durable, one write at a time.</content>
public abstract partial class EntityGrain<TState, TCore>
{
    private ImmutableArray<FeedPosition> _durable = [];
    private long _durableChanges;
    // The write, or the load, that is under way: neither may overlap with another.
    private Task? _busy;

    /// <summary>Whether another memory is about to take this one's place.</summary>
    private bool IsReloading => _busy is not null && !ReferenceEquals(_loaded, state.State);

    public async ValueTask<FlushResult> Flush()
    {
        ThrowIfLost();
        var (load, wanted, bytes) = (_load, state.State.Changes, 0L);
        while (_load == load && _durableChanges < wanted)
        {
            // Who waited for a write that was refused does not write the same memory again.
            ThrowIfLost();
            if (_busy is { } running)
                await running;
            else
                await Exclusively(async () => bytes += await WriteOnce());
        }

        // After a load the positions are lower than what was delivered: the pump sees that, and goes back.
        return new FlushResult { Durable = _durable, BytesWritten = bytes };
    }

    private async Task<long> WriteOnce()
    {
        await Forward();
        try
        {
            await state.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            EntityLog.Lost(logger, Key);
            _lost = true;
            DeactivateOnIdle();
            throw;
        }

        // Only the write knows what it held: ingest went on.
        var written = state.State.Written;
        (_durable, _durableChanges) = (written.Positions, written.Changes);
        return written.Bytes;
    }

    private async Task Exclusively(Func<Task> action)
    {
        await Idle();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _busy = done.Task;
        try
        {
            await action();
        }
        finally
        {
            _busy = null;
            done.SetResult();
        }
    }

    private async Task Idle()
    {
        while (_busy is { } running)
            await running;
    }

    /// <summary>At the end of an activation, for as long as the engine gives: what is not written is read from the log again.</summary>
    private async Task FlushBeforeEnd(CancellationToken cancellation)
    {
        try
        {
            await Flush().OnThisTurn().WaitAsync(Timeout.InfiniteTimeSpan, ports.Clock, cancellation);
        }
        catch (Exception e) when (e is OrleansException or OperationCanceledException or TimeoutException)
        {
            EntityLog.EndedUnflushed(logger, Key, e);
        }
    }
}
