using System.Diagnostics.Metrics;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Telemetry;

/// <summary>What the pumps and the books of events look like from outside.</summary>
internal sealed class PumpMetrics
{
    private readonly Pipeline _pipeline;
    private readonly TimeProvider _time;

    public PumpMetrics(IMeterFactory meters, Pipeline pipeline, TimeProvider time)
    {
        _pipeline = pipeline;
        _time = time;
        var meter = meters.Create(StreamForgeMeter.Name);
        meter.CreateObservableGauge("streamforge.partition.lag", () => OfPumps(pump => Math.Max(0, pump.LogEnd - pump.AppliedMark)),
            "{record}", "Records not yet applied.");
        meter.CreateObservableGauge("streamforge.partition.lag_time", () => OfPumps(pump => pump.LagTime.TotalSeconds),
            "s", "Age of the oldest record not yet applied.");
        meter.CreateObservableGauge("streamforge.partition.checkpoint_age", () => OfPumps(pump => pump.CheckpointAge.TotalSeconds),
            "s", "How long something that was read is without a checkpoint.");
        meter.CreateObservableGauge("streamforge.partitions.expected", () => pipeline.Expected.Count,
            "{partition}", "Partitions that the silos together should read.");
        meter.CreateObservableGauge("streamforge.partition.low_water", () => OfPumps(pump => pump.StoredLowWater),
            "{offset}", "Below it everything is durable.");
        meter.CreateObservableGauge("streamforge.partition.stalled", () => Stalls(),
            "{partition}", "1 while the partition waits for storage, the log or its group.");
        meter.CreateObservableGauge("streamforge.partition.paused", () => OfPumps(pump => pump.Pause is null ? 0 : 1),
            "{partition}", "1 while an operator holds the partition.");
        meter.CreateObservableGauge("streamforge.partition.lost", () => OfPumps(pump => pump.Loss is { } loss ? loss.To - loss.From : 0),
            "{record}", "Offsets that retention took unread, while somebody may miss them.");
        meter.CreateObservableGauge("streamforge.partition.watermark_age", WatermarkAges, "s",
            "Time since the source's word that is applied for all keys.");
        meter.CreateObservableGauge("streamforge.keys.parked", () => OfPumps(pump => pump is GrainPump feeding ? feeding.ParkedKeys.Count : 0),
            "{key}", "Keys that wait for an operator.");
        meter.CreateObservableCounter("streamforge.events", Events, "{event}", "What became of the records, by outcome.");
        meter.CreateObservableCounter("streamforge.storage.set_backs",
            () => _pipeline.Groups.Select(static group => new Measurement<long>(group.Counters.SetBacks, new KeyValuePair<string, object?>("group", group.Name))),
            "{partition}", "Partitions whose stored mark was found older than what had been stored.");
        meter.CreateObservableCounter("streamforge.dead_letters", () => _pipeline.DeadLetters, "{record}", "Dead letters written.");
    }

    private IEnumerable<Measurement<T>> OfPumps<T>(Func<PartitionPump, T> value)
        where T : struct
    {
        foreach (var group in _pipeline.Groups)
            foreach (var pump in group.Pumps)
                yield return new Measurement<T>(value(pump), Tags(group.Name, pump));
    }

    private IEnumerable<Measurement<long>> Stalls()
    {
        foreach (var group in _pipeline.Groups)
            foreach (var (pump, stall) in group.Standings)
                yield return new Measurement<long>(stall is null ? 0 : 1, Tags(group.Name, pump));
    }

    private IEnumerable<Measurement<double>> WatermarkAges()
    {
        var now = _time.GetUtcNow();
        foreach (var group in _pipeline.Groups)
            foreach (var pump in group.Pumps)
                foreach (var source in pump.Watermarks.Sources)
                    if (pump.Watermarks.Before(source, pump.AppliedMark) is { } mark)
                        yield return new Measurement<double>(
                            Math.Max(0, (now - mark.Through).TotalSeconds),
                            [.. Tags(group.Name, pump), new("source", source)]);
    }

    private IEnumerable<Measurement<long>> Events()
    {
        foreach (var group in _pipeline.Groups)
        {
            var totals = group.Counters.Totals;
            yield return Of(group.Name, "in", totals.In);
            yield return Of(group.Name, "applied", totals.Applied);
            yield return Of(group.Name, "duplicate", totals.Duplicate);
            yield return Of(group.Name, "filtered", totals.Filtered);
            yield return Of(group.Name, "superseded", totals.Superseded);
            yield return Of(group.Name, "dead_lettered", totals.DeadLettered);
        }
    }

    private static Measurement<long> Of(string group, string outcome, long value) =>
        new(value, new("group", group), new("outcome", outcome));

    private static KeyValuePair<string, object?>[] Tags(string group, PartitionPump pump) =>
    [
        new("group", group),
        new("topic", pump.Partition.Topic),
        new("partition", pump.Partition.Partition),
    ];
}
