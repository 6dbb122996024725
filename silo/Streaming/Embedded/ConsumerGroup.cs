using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>
/// A consumer group of this process. One loop shares the partitions between the members: first all that has to move is revoked,
/// then it is assigned; what stays where it is is not touched.
/// </summary>
internal sealed class ConsumerGroup
{
    private readonly PartitionContext _context;
    private readonly TopicCatalog _topics;
    private readonly OffsetStore _offsets;
    private readonly Lock _lock = new();
    private readonly List<GroupMember> _members = [];
    private readonly List<GroupMember> _joining = [];
    private readonly Task _running;
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastId;
    private bool _closing;

    /// <param name="scheduler">Where the loop runs: that of the log, whoever joins first.</param>
    public ConsumerGroup(string name, PartitionContext context, TopicCatalog topics, OffsetStore offsets, TaskScheduler scheduler)
    {
        Name = name;
        _context = context;
        _topics = topics;
        _offsets = offsets;
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
    }

    public string Name { get; }

    public GroupMember Join(IReadOnlyList<string> topics, IAssignmentHandler handler)
    {
        lock (_lock)
        {
            if (_closing)
                throw new EventLogException("The log is closed.");
            var member = new GroupMember(this, ++_lastId, topics, handler);
            _joining.Add(member);
            _wake.TrySetResult();
            return member;
        }
    }

    /// <summary>Something has changed: share anew.</summary>
    public void Wake()
    {
        lock (_lock)
            _wake.TrySetResult();
    }

    /// <summary>Ends the memberships: the log goes.</summary>
    public async ValueTask Close()
    {
        lock (_lock)
        {
            _closing = true;
            _wake.TrySetResult();
        }

        await _running;
    }

    private async Task Run()
    {
        while (true)
        {
            await _wake.Task;
            lock (_lock)
            {
                _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _members.AddRange(_joining);
                _joining.Clear();
                if (_closing)
                    break;
            }

            await Rebalance();
        }

        foreach (var member in _members)
        {
            if (!member.IsLeaving)
                member.Expel(new EventLogException("The log is closed."));
            member.End(_context.Logger);
        }
    }

    private async Task Rebalance()
    {
        var staying = _members.Where(m => !m.IsLeaving).ToList();
        var leaving = _members.Except(staying).ToList();
        var target = RangeAssignor.Assign(Subscribed(staying), [.. staying.Select(m => m.Topics)]);

        await Task.WhenAll(leaving.Select(m => Revoke(m, [])).Concat(staying.Select((m, i) => Revoke(m, target[i]))));
        foreach (var member in leaving)
        {
            member.End(_context.Logger);
            _members.Remove(member);
        }

        // The next owner starts where the last one committed, so commits on their way have to arrive first.
        await _context.Committer.Barrier();
        for (var i = 0; i < staying.Count; i++)
            Assign(staying[i], target[i]);
    }

    private Task Revoke(GroupMember member, HashSet<TopicPartition> keeps)
    {
        var moves = InOrder(member.Owned.Where(p => !keeps.Contains(p)));
        return moves.Count == 0
            ? Task.CompletedTask
            : member.Revoke(moves, _context.Options.RevokeTimeout, _context.Time, _context.Logger);
    }

    private void Assign(GroupMember member, HashSet<TopicPartition> target)
    {
        // Who has failed or left since gets nothing; the next round shares without it.
        var gains = InOrder(target.Except(member.Owned));
        if (gains.Count > 0 && !member.IsLeaving)
            member.Assign([.. gains.Select(p => new AssignedPartition(Name, _topics[p], _offsets))]);
    }

    private IReadOnlyList<(string, int)> Subscribed(List<GroupMember> members) =>
        [.. members.SelectMany(m => m.Topics).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(t => (t, _topics[t].Info.Partitions))];

    private static List<TopicPartition> InOrder(IEnumerable<TopicPartition> partitions) =>
        [.. partitions.OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition)];
}
