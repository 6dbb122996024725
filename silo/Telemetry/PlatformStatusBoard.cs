using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Telemetry;

/// <summary>Gathers how the pumps of this process stand, from memory but for the parked keys.</summary>
internal sealed class PlatformStatusBoard(
    Pipeline pipeline,
    IPartitionStore partitions,
    IntegrityMeter integrity,
    IOptions<PipelineOptions> options,
    TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public async ValueTask<PlatformStatus> Gather(CancellationToken cancellation)
    {
        var partitionRows = ImmutableArray.CreateBuilder<PartitionStatus>();
        var parked = ImmutableArray.CreateBuilder<ParkedKey>();
        var words = new SortedDictionary<string, SourceStatus>(StringComparer.Ordinal);
        foreach (var group in pipeline.Groups)
            foreach (var (pump, stall) in group.Standings)
            {
                partitionRows.Add(RowOf(group.Name, pump, stall));
                if (pump is not GrainPump feeding)
                    continue;
                HearSources(feeding, words);
                if (feeding.ParkedKeys.Count > 0)
                    parked.AddRange(await ParkedOf(group.Name, feeding, cancellation));
            }
        return new PlatformStatus
        {
            Engine = EngineName,
            StartedAt = _startedAt,
            Partitions = partitionRows.ToImmutable(),
            Events = pipeline.Fed,
            OpenGaps = integrity.OpenGaps,
            Repairs = integrity.Totals,
            Parked = parked.ToImmutable(),
            DeadLetters = pipeline.DeadLetters,
            Sources = [.. words.Values],
            Ready = IsReady(partitionRows.ToImmutable()),
        };
    }

    private static string EngineName =>
#if ENGINE_ORLEANS
        "orleans";
#else
        "embedded";
#endif

    /// <summary>Every partition of every topic is read by somebody and up to date: rows of one process, or of all of a cluster.</summary>
    public bool IsReady(ImmutableArray<PartitionStatus> rows) =>
        rows.Select(row => (row.Topic, row.Partition)).Distinct().Count() >= pipeline.Expected.Count && rows.All(IsCaughtUp);

    /// <summary>What this process reads is up to date; all of it is where it reads nothing.</summary>
    public bool IsAllCaughtUp() =>
        pipeline.Groups.Count > 0
        && pipeline.Groups.All(group => group.Standings.All(standing => IsCaughtUp(RowOf(group.Name, standing.Pump, standing.StallReason))));

    /// <summary>The partitions of this process that are not up to date, or not by their own doing.</summary>
    public IReadOnlyList<PartitionStatus> Behind() =>
        [.. pipeline.Groups.SelectMany(group => group.Standings.Select(standing => RowOf(group.Name, standing.Pump, standing.StallReason)))
            .Where(row => !IsCaughtUp(row))];

    // What an operator holds is as he wants it: to start the process anew, or to send callers elsewhere, would mend nothing.
    private bool IsCaughtUp(PartitionStatus row) =>
        row.Epoch > 0 && !row.Stalled && (row.Paused is not null || row.Lag <= options.Value.ReadyLag);

    private static PartitionStatus RowOf(string group, PartitionPump pump, string? stall)
    {
        DateTimeOffset? watermark = null;
        foreach (var source in pump.Watermarks.Sources)
            if (pump.Watermarks.Before(source, pump.AppliedMark) is { } mark && (watermark is null || mark.Through < watermark))
                watermark = mark.Through;
        return new PartitionStatus
        {
            Group = group,
            Topic = pump.Partition.Topic,
            Partition = pump.Partition.Partition,
            Epoch = pump.Epoch,
            ReadPosition = pump.ReadPosition,
            LowWater = pump.StoredLowWater,
            LogEnd = pump.LogEnd,
            Lag = Math.Max(0, pump.LogEnd - pump.AppliedMark),
            Watermark = watermark,
            Stalled = stall is not null,
            StallReason = stall,
            Loss = pump.Loss,
            Owner = pump.Owner,
            Rate = Math.Round(pump.Rate, 1),
            Paused = pump.Pause,
        };
    }

    /// <summary>Over all partitions: up only where all say so, and as far as the one that is furthest behind.</summary>
    private static void HearSources(GrainPump pump, SortedDictionary<string, SourceStatus> words)
    {
        foreach (var source in pump.Watermarks.Sources)
        {
            if (pump.Watermarks.Newest(source) is not { } newest)
                continue;
            words.TryGetValue(source, out var known);
            words[source] = new SourceStatus
            {
                Source = source,
                Up = newest.Up && known is not { Up: false },
                Watermark = known?.Watermark is { } oldest && oldest < newest.Through ? oldest : newest.Through,
                Reason = newest.Reason ?? known?.Reason,
            };
        }
    }

    private async ValueTask<IEnumerable<ParkedKey>> ParkedOf(string group, GrainPump pump, CancellationToken cancellation)
    {
        var rows = await partitions.ListParked(pump.RowKey, cancellation);
        return rows.Select(row => new ParkedKey
        {
            Group = group,
            Topic = pump.Partition.Topic,
            Partition = pump.Partition.Partition,
            Key = row.Key,
            FromOffset = row.FromOffset,
            Reason = row.Reason,
            ParkedAt = row.ParkedAt,
        });
    }
}
