using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Operations;

/// <inheritdoc cref="IOperationsGrain"/>
internal sealed class OperationsGrain(
    ActionTrail trail,
    IOperatorActionStore actions,
    IPauseStore pauses,
    IPartitionStore partitions,
    PauseBoard board,
    Unparking unparking,
    IPlatformPeers peers,
    IGrainFactory grains,
    Pipeline pipeline,
    TimeProvider time,
    ILogger<OperationsGrain> logger) : Grain, IOperationsGrain
{
    public async ValueTask<ImmutableArray<PartitionStatus>> Partitions()
    {
        // The pauses last: what a reader says of its own is older then.
        var status = await grains.GetGrain<IPlatformStatusGrain>("all").Get();
        return await StoreCalls.Answers(async () => PartitionList.Of(
            Expected, status.Partitions, await StoredPartitions(), await pauses.ListPaused(CancellationToken.None)));
    }

    public ValueTask<OrderAnswer> Pause(string topic, int partition, OperatorOrder order) => Change("pause", topic, partition, order, async () =>
    {
        var row = new PausedPartition(topic, partition, new PartitionPause(time.GetUtcNow(), order.By, order.Reason));
        return await pauses.Pause(row, CancellationToken.None)
            ? Answer(OrderOutcome.Done, $"{topic}/{partition} is paused.")
            : Answer(OrderOutcome.NothingToDo, $"{topic}/{partition} was paused already.");
    });

    public ValueTask<OrderAnswer> Resume(string topic, int partition, OperatorOrder order) => Change("resume", topic, partition, order, async () =>
        await pauses.Resume(topic, partition, CancellationToken.None)
            ? Answer(OrderOutcome.Done, $"{topic}/{partition} goes on.")
            : Answer(OrderOutcome.NothingToDo, $"{topic}/{partition} was not paused."));

    public ValueTask<ParkedPage> Parked(ParkedQuery query) => new(StoreCalls.Answers(async () =>
    {
        var parked = new List<(PartitionKey Partition, ParkedRow Row)>();
        foreach (var group in Groups)
            parked.AddRange(await partitions.ListParkedOf(group, CancellationToken.None));
        return ParkedList.Of(await StoredPartitions(), parked, query);
    }));

    public async ValueTask<OrderAnswer> Unpark(ParkedPlace place, OperatorOrder order)
    {
        if (!IsThere(place.Topic, place.Partition))
            return NoSuch(place.Topic, place.Partition);
        return await trail.Carry("unpark", place.ToString(), order, async () =>
            await unparking.Unpark(place)
            ?? await peers.Unpark(place, CancellationToken.None)
            ?? Answer(OrderOutcome.Refused, $"Nobody reads {place.Topic}/{place.Partition} just now: its keys stay as they are. Order it again."));
    }

    public ValueTask<ActionPage> Actions(ActionQuery query) => new(StoreCalls.Answers(async () =>
    {
        // One more than asked for tells whether there is another page.
        var found = await actions.ListActions(query with { Limit = query.Limit + 1 }, CancellationToken.None);
        return new ActionPage([.. found.Take(query.Limit)], found.Count > query.Limit ? found[query.Limit - 1].Number : null);
    }));

    private async ValueTask<OrderAnswer> Change(
        string what, string topic, int partition, OperatorOrder order, Func<Task<OrderAnswer>> act)
    {
        if (!IsThere(topic, partition))
            return NoSuch(topic, partition);
        var answer = await trail.Carry(what, $"{topic}/{partition}", order, act);
        await Tell();
        return answer;
    }

    /// <summary>So that it holds at once. A hint: who does not hear it looks by himself within a moment.</summary>
    private async Task Tell()
    {
        try
        {
            await board.Refresh(CancellationToken.None);
        }
        catch (StateStoreException error)
        {
            Log.NotSeenAtOnce(logger, error.Message);
        }
        await peers.LookAtPauses(CancellationToken.None);
    }

    private async Task<List<PartitionRow>> StoredPartitions()
    {
        var stored = new List<PartitionRow>();
        foreach (var group in Groups)
            stored.AddRange(await partitions.List(group, CancellationToken.None));
        return stored;
    }

    private bool IsThere(string topic, int partition) => Expected.Any(at => at.Place == new TopicPartition(topic, partition));

    private static OrderAnswer NoSuch(string topic, int partition) =>
        Answer(OrderOutcome.Unknown, $"There is no partition {topic}/{partition}.");

    private IEnumerable<string> Groups => Expected.Select(at => at.Group).Distinct();

    /// <summary>All that the platform reads, by topic and number.</summary>
    private IEnumerable<(string Group, TopicPartition Place)> Expected =>
        pipeline.Expected.OrderBy(at => at.Place.Topic, StringComparer.Ordinal).ThenBy(at => at.Place.Partition);

    private static OrderAnswer Answer(OrderOutcome outcome, string detail) => new() { Outcome = outcome, Detail = detail };
}
