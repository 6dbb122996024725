using System.Diagnostics.Metrics;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Telemetry;

/// <summary>Counts gaps and repairs, for metrics and for the status.</summary>
internal sealed class IntegrityMeter : IIntegrityMeter
{
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _closed;
    private readonly Histogram<double> _open;
    private readonly Counter<long> _requested;
    private readonly Counter<long> _failed;
    private long _gapCount;
    private long _closedCount;
    private long _requestedCount;
    private long _failedCount;

    public IntegrityMeter(IMeterFactory meters)
    {
        var meter = meters.Create(StreamForgeMeter.Name);
        _gaps = meter.CreateCounter<long>("streamforge.gaps.opened", "{gap}", "Gaps noticed.");
        _closed = meter.CreateCounter<long>("streamforge.gaps.closed", "{gap}", "Gaps closed.");
        _open = meter.CreateHistogram<double>("streamforge.gaps.open_time", "s", "How long gaps were open.");
        _requested = meter.CreateCounter<long>("streamforge.repairs.requested", "{request}", "Requests to sources.");
        _failed = meter.CreateCounter<long>("streamforge.repairs.failed", "{request}", "Requests to sources that failed.");
    }

    public RepairTotals Totals => new()
    {
        Gaps = Interlocked.Read(ref _gapCount),
        Closed = Interlocked.Read(ref _closedCount),
        Requested = Interlocked.Read(ref _requestedCount),
        Failed = Interlocked.Read(ref _failedCount),
    };

    /// <summary>Gaps noticed by this process that are still open.</summary>
    public int OpenGaps => (int)Math.Max(0, Interlocked.Read(ref _gapCount) - Interlocked.Read(ref _closedCount));

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
