using Orleans.Runtime;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;

namespace StreamForge.Simulation.World;

/// <summary>Those who run the platform: they give their orders by the platform's own grains, from any node, and look at what became of them.</summary>
internal sealed class Operators(PlatformWorld world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly OperatorOrder Why = new("somebody", "as the seed will have it");
    private const int AtOnce = 12;

    /// <summary>Pauses a partition, and resumes it after a while.</summary>
    public async Task Pause(TopicPartition partition, TimeSpan length)
    {
        if (await Order("pause", grains => Operations(grains).Pause(partition.Topic, partition.Partition, Why)) is
            { Outcome: OrderOutcome.Done or OrderOutcome.NothingToDo })
            world.Check(law => law.Paused(partition));
        await Task.Delay(length, world.Simulated.Time);
        await Resume(partition);
    }

    /// <summary>Until the platform says that nothing is paused any more: also what only a restored backup holds.</summary>
    public async Task ResumeAll()
    {
        while (true)
        {
            var paused = await Ask("partitions", async grains =>
                (await Operations(grains).Partitions()).Where(row => row.Paused is not null).Select(row => new TopicPartition(row.Topic, row.Partition)).ToList());
            if (paused is { Count: 0 })
                return;
            foreach (var partition in paused ?? [])
                await Resume(partition);
            await Task.Delay(AskAgainAfter, world.Simulated.Time);
        }
    }

    /// <summary>Lets go on what is parked, as somebody does who has mended what it was parked for.</summary>
    public async Task Unpark()
    {
        var parked = await Ask("parked", async grains => (await Operations(grains).Parked(new ParkedQuery())).Items);
        if (parked is not { IsDefault: false } keys)
            return;
        foreach (var key in keys)
        {
            world.Note($"an operator lets {key.Key} of {key.Topic}/{key.Partition} go on");
            await Order("unpark", grains => Operations(grains).Unpark(new ParkedPlace(key.Topic, key.Partition, key.Key), Why));
        }
    }

    /// <summary>Has the newest dead letters appended again about which nothing was done, or nobody knows what.</summary>
    public async Task Replay()
    {
        foreach (var letter in await Letters(letter => letter.State is DeadLetterState.Open or DeadLetterState.Replaying))
        {
            var restored = world.States.Restored;
            if (await Order("replay", grains => Letter(grains, letter).Replay(again: false, Why)) is { Outcome: OrderOutcome.Done }
                && await Look(letter) is { } now && restored == world.States.Restored)
                await Replayed(now);
        }
    }

    /// <summary>Does away with some dead letters about which nothing was done.</summary>
    public async Task Discard()
    {
        foreach (var letter in await Letters(letter => letter.State == DeadLetterState.Open))
        {
            var restored = world.States.Restored;
            if (await Order("discard", grains => Letter(grains, letter).Discard(Why)) is { Outcome: OrderOutcome.Done }
                && await Look(letter) is { } now && restored == world.States.Restored)
                world.Check(law => law.Discarded(now));
        }
    }

    private async Task Resume(TopicPartition partition)
    {
        world.Check(law => law.Resuming(partition));
        while (await Order("resume", grains => Operations(grains).Resume(partition.Topic, partition.Partition, Why)) is
            not { Outcome: OrderOutcome.Done or OrderOutcome.NothingToDo })
            await Task.Delay(AskAgainAfter, world.Simulated.Time);
    }

    private async Task<IEnumerable<DeadLetter>> Letters(Func<DeadLetter, bool> wanted)
    {
        var page = await Ask("letters", async grains => await grains.GetGrain<IDeadLetterDirectoryGrain>("all").List(new DeadLetterQuery()));
        return (page?.Items ?? []).Where(wanted).Take(AtOnce);
    }

    private async Task<DeadLetter?> Look(DeadLetter letter) =>
        (await Ask("letter", async grains => await Letter(grains, letter).Get()))?.Letter;

    /// <summary>The order is said to be done: then the record stands in the log, whoever says so.</summary>
    private async Task Replayed(DeadLetter letter)
    {
        var stands = letter.ReplayedTo is { } place ? await world.Broker.ReplayStands(letter, place, world.Tap) : false;
        world.Check(law => law.Replayed(letter, stands));
    }

    private async Task<OrderAnswer?> Order(string what, Func<IGrainFactory, ValueTask<OrderAnswer>> give)
    {
        var answer = await Ask(what, async grains => await give(grains));
        if (answer is not null)
            world.Reach.Count($"operator/{what} {answer.Outcome}");
        return answer;
    }

    /// <summary>Asks something of any node; none where it does not answer.</summary>
    private async Task<T?> Ask<T>(string what, Func<IGrainFactory, Task<T>> ask)
    {
        T? answer = default;
        if (world.Heard is not [_, ..] nodes)
            return answer;
        var node = nodes[world.Simulated.Random.Next(nodes.Count)];
        try
        {
            await node.Node.Run(async () => answer = await ask(node.Grains)).WaitAsync(Patience, world.Simulated.Time);
        }
        catch (Exception error) when (error is OrleansException or TimeoutException or OperationCanceledException)
        {
            world.Reach.Count($"operator/{what} without an answer");
            world.Story.Tell($"an operator has no answer to {what}: {error.Message}");
        }

        return answer;
    }

    private static IOperationsGrain Operations(IGrainFactory grains) => grains.GetGrain<IOperationsGrain>("all");

    private static IDeadLetterGrain Letter(IGrainFactory grains, DeadLetter letter) => grains.GetGrain<IDeadLetterGrain>(letter.Id);
}
