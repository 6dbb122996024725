#if ENGINE_ORLEANS
using System.Diagnostics.Metrics;
using Orleans.Runtime;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Cluster;

/// <param name="SendsHome">Off: it counts only.</param>
internal sealed record HomeKeeping(bool SendsHome);

/// <summary>
/// Counts ingest calls by whether they crossed from another silo, and sends a grain home that is fed from elsewhere: it ends, stores what it
/// holds, and the next call brings it up where its partition is read.
/// </summary>
internal sealed class HomeKeeper : IIncomingGrainCallFilter
{
    /// <summary>Grains that leave in a second at most: after a rebalance all of a partition would at once.</summary>
    private const int LeavesPerSecond = 50;

    private readonly FeedBoard _own;
    private readonly ClusterStandings _standings;
    private readonly ILocalSiloDetails _here;
    private readonly TimeProvider _time;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _leaves;
    private readonly HomeKeeping _keeping;
    private readonly Lock _gate = new();
    private long _second;
    private int _left;

    public HomeKeeper(
        HomeKeeping keeping, FeedBoard own, ClusterStandings standings, ILocalSiloDetails here, IMeterFactory meters, TimeProvider time)
    {
        (_keeping, _own, _standings, _here, _time) = (keeping, own, standings, here, time);
        var meter = meters.Create(StreamForgeMeter.Name);
        _calls = meter.CreateCounter<long>("streamforge.ingest.calls", "{call}", "Ingest calls, by the place they came from.");
        _leaves = meter.CreateCounter<long>("streamforge.grains.sent_home", "{grain}", "Grains that ended to live where they are fed.");
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IIngestGrain || context.Request.GetArgumentCount() != 1
            || context.Request.GetArgument(0) is not IngestBatch batch)
        {
            await context.Invoke();
            return;
        }
        var place = new TopicPartition(batch.Topic, batch.Partition);
        var isHere = _own.Reads(place);
        _calls.Add(1, new KeyValuePair<string, object?>("place", isHere ? "here" : "elsewhere"));
        await context.Invoke();
        if (_keeping.SendsHome && !isHere && _standings.SiloReading(place, _here.SiloAddress) is SiloAddress reader && !reader.Equals(_here.SiloAddress) && MayLeave())
        {
            _leaves.Add(1);
            ((IGrainBase)context.Grain).DeactivateOnIdle();
        }
    }

    private bool MayLeave()
    {
        var second = _time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            if (second != _second)
                (_second, _left) = (second, 0);
            return ++_left <= LeavesPerSecond;
        }
    }
}
#endif
