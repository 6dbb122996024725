using System.Collections.Frozen;
using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>What operators have paused, as this process knows it. Pumps heed it; any thread.</summary>
internal sealed class PauseBoard(IPauseStore store)
{
    private readonly AsyncGate _reading = new();
    private FrozenDictionary<TopicPartition, PartitionPause> _known = FrozenDictionary<TopicPartition, PartitionPause>.Empty;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>The pause of a partition; none where it is not paused.</summary>
    public PartitionPause? Of(TopicPartition partition) => Volatile.Read(ref _known).GetValueOrDefault(partition);

    /// <summary>Completes when anything changes from now on.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Reads what is stored. One at a time, so that an older answer never takes the place of a newer one.</summary>
    /// <exception cref="StateStoreException">It could not be read: what was known stays.</exception>
    public async ValueTask Refresh(CancellationToken cancellation)
    {
        using var turn = await _reading.Enter();
        var stored = (await store.ListPaused(cancellation)).ToFrozenDictionary(
            row => new TopicPartition(row.Topic, row.Partition), row => row.Pause);
        if (IsKnown(stored))
            return;
        Volatile.Write(ref _known, stored);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private bool IsKnown(FrozenDictionary<TopicPartition, PartitionPause> stored)
    {
        var known = Volatile.Read(ref _known);
        return known.Count == stored.Count && stored.All(pair => known.GetValueOrDefault(pair.Key) == pair.Value);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
