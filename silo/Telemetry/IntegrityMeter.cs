using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Telemetry;

/// <summary>Counts gaps and repairs, for metrics and for the status.</summary>
internal sealed class IntegrityMeter : IIntegrityMeter
{
    private readonly ConcurrentDictionary<(string Entity, string Stream), DateTimeOffset> _standing = new();
    private readonly TimeProvider _time;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _closed;
    private readonly Histogram<double> _open;
    private readonly Counter<long> _requested;
    private readonly Counter<long> _failed;
    private long _gapCount;
    private long _closedCount;
    private long _requestedCount;
    private long _failedCount;

    public IntegrityMeter(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(StreamForgeMeter.Name);
        _gaps = meter.CreateCounter<long>("streamforge.gaps.opened", "{gap}", "Gaps noticed.");
        _closed = meter.CreateCounter<long>("streamforge.gaps.closed", "{gap}", "Gaps closed.");
        _open = meter.CreateHistogram<double>("streamforge.gaps.open_time", "s", "How long gaps were open.");
        _requested = meter.CreateCounter<long>("streamforge.repairs.requested", "{request}", "Requests to sources.");
        _failed = meter.CreateCounter<long>("streamforge.repairs.failed", "{request}", "Requests to sources that failed.");
        meter.CreateObservableGauge("streamforge.gaps.open", OpenNow, "{gap}", "Gaps that are open now, of grains that live here.");
        meter.CreateObservableGauge("streamforge.gaps.oldest", OldestNow, "s", "Age of the oldest of them.");
    }

    public RepairTotals Totals => new()
    {
        Gaps = Interlocked.Read(ref _gapCount),
        Closed = Interlocked.Read(ref _closedCount),
        Requested = Interlocked.Read(ref _requestedCount),
        Failed = Interlocked.Read(ref _failedCount),
    };

    /// <summary>
    /// Gaps of entities whose activation lives in this process. Not those noticed less those closed: an entity moves with its gaps, and is
    /// repaired wherever it lives then.
    /// </summary>
    public int OpenGaps => _standing.Count;

    public void GapOpened(string entity, string stream)
    {
        Interlocked.Increment(ref _gapCount);
        _gaps.Add(1, new KeyValuePair<string, object?>("stream", stream));
    }

    public void GapClosed(string entity, string stream, TimeSpan open)
    {
        Interlocked.Increment(ref _closedCount);
        _closed.Add(1, new KeyValuePair<string, object?>("stream", stream));
        _open.Record(open.TotalSeconds, new KeyValuePair<string, object?>("stream", stream));
    }

    public void GapStands(string entity, string stream, DateTimeOffset? since)
    {
        if (since is { } opened)
            _standing[(entity, stream)] = opened;
        else
            _standing.TryRemove((entity, stream), out _);
    }

    private IEnumerable<Measurement<long>> OpenNow() => ByStream().Select(gaps => new Measurement<long>(
        gaps.Count(), new KeyValuePair<string, object?>("stream", gaps.Key)));

    private IEnumerable<Measurement<double>> OldestNow() => ByStream().Select(gaps => new Measurement<double>(
        Math.Max(0, (_time.GetUtcNow() - gaps.Min()).TotalSeconds), new KeyValuePair<string, object?>("stream", gaps.Key)));

    private IEnumerable<IGrouping<string, DateTimeOffset>> ByStream() => _standing.GroupBy(gap => gap.Key.Stream, gap => gap.Value);

    public void RepairRequested(string entity, RepairKind kind)
    {
        Interlocked.Increment(ref _requestedCount);
        _requested.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    public void RepairFailed(string entity, RepairKind kind)
    {
        Interlocked.Increment(ref _failedCount);
        _failed.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }
}
