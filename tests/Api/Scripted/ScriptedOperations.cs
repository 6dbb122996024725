using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;

namespace StreamForge.Tests.Api.Scripted;

/// <summary>What operators' grains answer with, and the orders that reached them.</summary>
public sealed class ScriptedOperations
{
    private readonly ConcurrentQueue<(string What, OperatorOrder Order)> _orders = new();

    public ImmutableArray<PartitionStatus> Partitions { get; set; } = [];

    public ParkedPage Parked { get; set; } = new([], 0, false);

    public ConcurrentQueue<ParkedQuery> ParkedQueries { get; } = new();

    /// <summary>By id.</summary>
    public ConcurrentDictionary<string, DeadLetterRecord> Letters { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<DeadLetterQuery> LetterQueries { get; } = new();

    public ActionPage Actions { get; set; } = new([], null);

    public ConcurrentQueue<ActionQuery> ActionQueries { get; } = new();

    /// <summary>By the topic that is named: what the grain answers, or throws.</summary>
    public ConcurrentDictionary<string, Func<OrderAnswer>> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>The orders about a topic, in their order.</summary>
    public IReadOnlyList<(string What, OperatorOrder Order)> OrdersOf(string topic) =>
        [.. _orders.Where(order => order.What.Contains($" {topic}/", StringComparison.Ordinal))];

    public OrderAnswer Take(string verb, string topic, string rest, OperatorOrder order)
    {
        _orders.Enqueue(($"{verb} {topic}/{rest}", order));
        return Answers.TryGetValue(topic, out var answer) ? answer() : new OrderAnswer { Outcome = OrderOutcome.Done, Detail = "It is done." };
    }
}

public sealed class ScriptedDeadLetterGrain(ScriptedMarket market) : Grain, IDeadLetterGrain
{
    private string Id => this.GetPrimaryKeyString();

    public ValueTask<DeadLetterRecord?> Get() => ValueTask.FromResult(market.Operations.Letters.GetValueOrDefault(Id));

    public ValueTask<OrderAnswer> Replay(bool again, OperatorOrder order) =>
        ValueTask.FromResult(market.Operations.Take("replay", Id, again ? "again" : "", order));

    public ValueTask<OrderAnswer> Discard(OperatorOrder order) => ValueTask.FromResult(market.Operations.Take("discard", Id, "", order));
}

public sealed class ScriptedDeadLetterDirectoryGrain(ScriptedMarket market) : Grain, IDeadLetterDirectoryGrain
{
    public ValueTask<DeadLetterPage> List(DeadLetterQuery query)
    {
        market.Operations.LetterQueries.Enqueue(query);
        return ValueTask.FromResult(new DeadLetterPage([.. market.Operations.Letters.Values.Select(record => record.Letter)], "next"));
    }
}

public sealed class ScriptedOperationsGrain(ScriptedMarket market) : Grain, IOperationsGrain
{
    public ValueTask<ImmutableArray<PartitionStatus>> Partitions() => ValueTask.FromResult(market.Operations.Partitions);

    public ValueTask<OrderAnswer> Pause(string topic, int partition, OperatorOrder order) =>
        ValueTask.FromResult(market.Operations.Take("pause", topic, $"{partition}", order));

    public ValueTask<OrderAnswer> Resume(string topic, int partition, OperatorOrder order) =>
        ValueTask.FromResult(market.Operations.Take("resume", topic, $"{partition}", order));

    public ValueTask<ParkedPage> Parked(ParkedQuery query)
    {
        market.Operations.ParkedQueries.Enqueue(query);
        return ValueTask.FromResult(market.Operations.Parked);
    }

    public ValueTask<OrderAnswer> Unpark(ParkedPlace place, OperatorOrder order) =>
        ValueTask.FromResult(market.Operations.Take("unpark", place.Topic, $"{place.Partition}/{place.Key}", order));

    public ValueTask<ActionPage> Actions(ActionQuery query)
    {
        market.Operations.ActionQueries.Enqueue(query);
        return ValueTask.FromResult(market.Operations.Actions);
    }
}
