using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Market;
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
    IPlatformPeers peers,
    IGrainFactory grains,
    IOptions<MarketPipelineOptions> options,
    TimeProvider time,
    ILogger<OperationsGrain> logger) : Grain, IOperationsGrain
{
    private readonly MarketPipelineOptions _options = options.Value;

    public async ValueTask<ImmutableArray<PartitionStatus>> Partitions()
    {
        // The pauses last: what a reader says of its own is older then.
        var status = await grains.GetGrain<IPlatformStatusGrain>("all").Get();
        return await StoreCalls.Answers(async () =>
        {
            var stored = new List<PartitionRow>();
            foreach (var group in Expected.Select(at => at.Group).Distinct())
                stored.AddRange(await partitions.List(group, CancellationToken.None));
            return PartitionList.Of(Expected, status.Partitions, stored, await pauses.ListPaused(CancellationToken.None));
        });
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

    public ValueTask<ActionPage> Actions(ActionQuery query) => new(StoreCalls.Answers(async () =>
    {
        // One more than asked for tells whether there is another page.
        var found = await actions.ListActions(query with { Limit = query.Limit + 1 }, CancellationToken.None);
        return new ActionPage([.. found.Take(query.Limit)], found.Count > query.Limit ? found[query.Limit - 1].Number : null);
    }));

    private async ValueTask<OrderAnswer> Change(
        string what, string topic, int partition, OperatorOrder order, Func<Task<OrderAnswer>> act)
    {
        if (!Expected.Any(at => at.Place == new TopicPartition(topic, partition)))
            return Answer(OrderOutcome.Unknown, $"There is no partition {topic}/{partition}.");
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

    /// <summary>All that the platform reads, by topic and number.</summary>
    private IEnumerable<(string Group, TopicPartition Place)> Expected =>
        from read in ((string Group, string Topic)[])
        [
            (_options.InstrumentGroup, Topics.MarketDepth), (_options.InstrumentGroup, Topics.MarketTrades),
            (_options.ParserGroup, Topics.RawMarket),
        ]
        from partition in Enumerable.Range(0, _options.Partitions)
        select (read.Group, new TopicPartition(read.Topic, partition));

    private static OrderAnswer Answer(OrderOutcome outcome, string detail) => new() { Outcome = outcome, Detail = detail };
}
