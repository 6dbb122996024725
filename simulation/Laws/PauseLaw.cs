using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// Of a partition that is paused nothing new is handed on until somebody resumes it, whoever takes it over meanwhile, and no answer made of
/// it is live. It counts from when every process had the time and the means to hear of the pause.
/// </summary>
internal sealed class PauseLaw : Law
{
    // Who was not told looks by himself every second.
    private static readonly TimeSpan Heard = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Answers = TimeSpan.FromSeconds(4);
    private readonly Dictionary<TopicPartition, Pause> _paused = [];
    private TimeSpan _troubled;

    public override string Name => "operators, a pause holds";

    public override void Paused(TopicPartition partition) => _paused.TryAdd(partition, new Pause(World.Simulated.Elapsed));

    public override void Resuming(TopicPartition partition) => _paused.Remove(partition);

    // The backup may know nothing of it.
    public override void StorageSetBack() => _paused.Clear();

    public override void Looked()
    {
        var now = World.Simulated.Elapsed;
        if (_paused.Count == 0 || !World.States.IsUp || World.Nodes.Any(node => node.IsPaused) || World.Weather.Of(Trouble.StoreFails) > 0
            || World.Weather.Of(Trouble.StoreSlow) > 0 || World.Weather.Of(Trouble.StoreAmbiguous) > 0 || World.Weather.Of(Trouble.StoreDiskFails) > 0
            || World.Weather.Of(Trouble.DiskSlow) > 0)
            _troubled = now;
        if (now - _troubled < Heard)
            return;
        foreach (var (partition, pause) in _paused)
            if (pause.End is null && now - pause.At >= Heard)
                _ = Hold(partition, pause);
    }

    private async Task Hold(TopicPartition partition, Pause pause)
    {
        if (await World.Broker.EndOf(partition) is { } end)
            (pause.HeldSince, pause.End) = (World.Simulated.Elapsed, end);
    }

    public override void Storing(RowWrite write)
    {
        if (write.State is not { } state)
            return;
        foreach (var feed in state.Feeds.Capture())
            Beyond(new TopicPartition(feed.Topic, feed.Position.Partition), feed.Position, write.Key.Id);
    }

    public override void Handed(HandedIn record)
    {
        if (record[RecordHeaders.Origin]?.Split('/') is [var log, var partition, var offset, _])
            Beyond(
                new TopicPartition(Topics.RawMarket, int.Parse(partition, null)),
                new LogPosition(Guid.ParseExact(log, "N"), int.Parse(partition, null), long.Parse(offset, null)), record.Key);
    }

    public override void Answered(Answer answer)
    {
        var topic = answer.Of == ViewOf.Book ? Topics.MarketDepth : Topics.MarketTrades;
        if (_paused.Count == 0 || World.Tap.PartitionOf(topic, answer.Instrument) is not { } number
            || _paused.GetValueOrDefault(new TopicPartition(topic, number)) is not { End: not null } pause || World.Simulated.Elapsed - pause.HeldSince < Answers)
            return;
        Checked("not live");
        if (answer.Freshness.Status == FreshnessStatus.Live)
            Broken(answer.Instrument, $"{answer.Of} is live, and {topic}/{number} is paused since {pause.At}");
    }

    private void Beyond(TopicPartition partition, LogPosition position, string entity)
    {
        if (_paused.GetValueOrDefault(partition) is not { End: { } end } pause)
            return;
        Checked("nothing new");
        if (position.LogId == end.LogId ? position.Offset >= end.Offset : position.LogId == World.Tap.LogOf(partition.Topic))
            Broken(entity, $"record {position.Offset} of {partition} was handed on, which is paused since {pause.At} with its end at {end.Offset}");
    }

    private sealed class Pause(TimeSpan at)
    {
        public TimeSpan At => at;

        /// <summary>Since when all processes know of it.</summary>
        public TimeSpan HeldSince { get; set; }

        /// <summary>What must not be handed on; none while some process may not know of the pause.</summary>
        public LogPosition? End { get; set; }
    }
}
