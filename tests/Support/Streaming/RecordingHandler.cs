using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

/// <summary>Remembers what a group member owns; seeks to what the group committed, or to the start of the log.</summary>
public sealed class RecordingHandler : IAssignmentHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, IAssignedPartition> _owned = [];
    private readonly List<string> _events = [];
    private int _inCall;

    /// <summary>Called within Revoked, while the partitions are still owned.</summary>
    public Func<IReadOnlyList<IAssignedPartition>, ValueTask>? OnRevoked { get; init; }

    /// <summary>Called within Assigned, after the seek.</summary>
    public Func<IReadOnlyList<IAssignedPartition>, ValueTask>? OnAssigned { get; init; }

    /// <summary>What is owned now, in order.</summary>
    public IReadOnlyList<TopicPartition> Owned
    {
        get
        {
            lock (_gate)
                return [.. _owned.Keys.OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition)];
        }
    }

    /// <summary>What happened, for messages: <c>assigned a/0 a/1</c>.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    /// <summary>Two calls overlapped, which they must not.</summary>
    public bool Overlapped { get; private set; }

    public IAssignedPartition this[TopicPartition partition]
    {
        get
        {
            lock (_gate)
                return _owned[partition];
        }
    }

    public async ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation)
    {
        Enter();
        foreach (var partition in partitions)
            partition.Seek(partition.Committed ?? partition.Bounds.Start);
        if (OnAssigned is { } assigned)
            await assigned(partitions);
        lock (_gate)
        {
            foreach (var partition in partitions)
                _owned.Add(partition.Partition, partition);
            _events.Add("assigned " + string.Join(' ', partitions.Select(p => p.Partition)));
        }

        Leave();
    }

    public async ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline)
    {
        Enter();
        if (OnRevoked is { } revoked)
            await revoked([.. partitions.Select(p => this[p])]);
        Forget("revoked", partitions);
        Leave();
    }

    public ValueTask Lost(IReadOnlyList<TopicPartition> partitions)
    {
        Enter();
        Forget("lost", partitions);
        Leave();
        return ValueTask.CompletedTask;
    }

    private void Forget(string what, IReadOnlyList<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
                _owned.Remove(partition);
            _events.Add(what + " " + string.Join(' ', partitions));
        }
    }

    private void Enter() => Overlapped |= Interlocked.Exchange(ref _inCall, 1) != 0;

    private void Leave() => Volatile.Write(ref _inCall, 0);
}
