using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Operations;

/// <summary>Lets parked keys go on, of the partitions that this process reads.</summary>
internal sealed class Unparking(Pipeline pipeline, TimeProvider time, ILogger<Unparking> logger)
{
    // Shorter than any caller waits: a key that has much to catch up with does so by itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Lets a key go on from where it was parked.</summary>
    /// <returns>None where the partition is not read here.</returns>
    public async ValueTask<OrderAnswer?> Unpark(ParkedPlace place)
    {
        if (ReaderOf(place) is not var (group, pump) || pump.Epoch == 0)
            return null;
        if (pump.Pause is not null)
            return Answer(OrderOutcome.Refused, $"{pump.Partition} is paused: nothing of it is delivered before it is resumed.");
        if (!pump.ParkedKeys.Contains(place.Key, StringComparer.Ordinal))
            return Answer(OrderOutcome.NothingToDo, $"{place} is not parked.");
        var unparking = CatchUp(group, pump, place);
        try
        {
            return await unparking.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            return Answer(OrderOutcome.UnderWay, $"{place} goes on; it has not caught up yet.");
        }
    }

    /// <summary>Never fails: nobody may wait for it any more.</summary>
    private async Task<OrderAnswer> CatchUp(PumpGroup group, GrainPump pump, ParkedPlace place)
    {
        try
        {
            return await group.On(pump, () => pump.Unpark(place.Key))
                ? Answer(OrderOutcome.Done, $"{place} has caught up.")
                : Answer(OrderOutcome.Refused, $"{place} did not get on: it is parked again, or its partition began anew; look at what is parked.");
        }
        catch (Exception error) when (error is FencedException or OperationCanceledException or KeyNotFoundException)
        {
            // It goes elsewhere in this moment, and its key is parked there as it was here.
            Log.NotUnparked(logger, place.ToString(), error.Message);
            return Answer(OrderOutcome.Refused, $"{place} did not get on: its partition has just gone to another reader. Order it again.");
        }
    }

    private (PumpGroup Group, GrainPump Pump)? ReaderOf(ParkedPlace place)
    {
        var partition = new TopicPartition(place.Topic, place.Partition);
        foreach (var group in pipeline.Groups)
            foreach (var pump in group.Pumps)
                if (pump is GrainPump feeding && pump.Partition == partition)
                    return (group, feeding);
        return null;
    }

    private static OrderAnswer Answer(OrderOutcome outcome, string detail) => new() { Outcome = outcome, Detail = detail };
}
