using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>A member of a consumer group. What it owns is changed by its group only; its handler is called where the member joined.</summary>
internal sealed class GroupMember(
    ConsumerGroup group, int id, IReadOnlyList<string> topics, IAssignmentHandler handler) : IGroupMember
{
    private readonly TaskScheduler _scheduler = TaskScheduler.Current;
    private readonly Dictionary<TopicPartition, AssignedPartition> _owned = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private Task _calls = Task.CompletedTask;

    public int Id { get; } = id;

    public IReadOnlyList<string> Topics { get; } = topics;

    public Task Completion => _completion.Task;

    /// <summary>What it owns; to be looked at by its group only.</summary>
    public IReadOnlyCollection<TopicPartition> Owned => _owned.Keys;

    /// <summary>It asked to leave, or failed.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>The error of its handler, or of its log.</summary>
    public Exception? Failure { get; private set; }

    public async ValueTask DisposeAsync()
    {
        IsLeaving = true;
        group.Wake();
        await _left.Task;
    }

    /// <summary>Ends the membership as a broker ends that of a member it no longer hears: its partitions are lost at once.</summary>
    public void Expel(Exception reason)
    {
        Failure ??= reason;
        IsLeaving = true;
        group.Wake();
    }

    /// <summary>Gives it partitions. Does not wait for the handler.</summary>
    public void Assign(IReadOnlyList<AssignedPartition> partitions)
    {
        foreach (var partition in partitions)
            _owned.Add(partition.Partition, partition);
        _ = Call(() => handler.Assigned(partitions, _ended.Token));
    }

    /// <summary>Asks the handler to let go, waits for that a bounded time, and takes the partitions.</summary>
    public async Task Revoke(IReadOnlyList<TopicPartition> partitions, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        // Who failed is not asked any more.
        if (Failure is not null)
        {
            Lose(partitions);
            return;
        }

        var deadline = new CancellationTokenSource(timeout, time);
        var call = Call(() => handler.Revoked(partitions, deadline.Token));
        try
        {
            await call.WaitAsync(deadline.Token);
            deadline.Dispose();
        }
        catch (OperationCanceledException)
        {
            EmbeddedLogMessages.RevokeTimedOut(logger, group.Name, Id, partitions.Count);
        }

        Take(partitions);
    }

    /// <summary>Takes all that it owns without asking and ends the membership.</summary>
    public void End(ILogger logger)
    {
        Lose([.. _owned.Keys]);
        _ended.Cancel();
        if (Failure is not null)
            EmbeddedLogMessages.MemberFailed(logger, Failure, group.Name, Id);
        _ = Complete();
        _left.TrySetResult();
    }

    /// <summary>Not before the handler was told: it may serve the next membership then, and must not take that one's for lost.</summary>
    private async Task Complete()
    {
        await _calls;
        if (Failure is not null)
            _completion.TrySetException(Failure);
        _completion.TrySetResult();
    }

    private void Lose(IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
            return;
        Take(partitions);
        _ = Call(() => handler.Lost(partitions));
    }

    private void Take(IReadOnlyList<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
            if (_owned.Remove(partition, out var assigned))
                assigned.Take();
    }

    /// <summary>Calls the handler when its earlier calls have ended, on the scheduler that the member joined from.</summary>
    private Task Call(Func<ValueTask> call)
    {
        var before = _calls;
        return _calls = Task.Factory
            .StartNew(() => After(before, call), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler)
            .Unwrap();
    }

    private async Task After(Task before, Func<ValueTask> call)
    {
        await before;
        try
        {
            await call();
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The membership is over: the handler was told to stop.
        }
        catch (Exception e)
        {
            Expel(e);
        }
    }
}
