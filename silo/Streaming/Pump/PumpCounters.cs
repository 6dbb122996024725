using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// What became of the records of a consumer group in this process. At rest: in = applied + duplicate + filtered + superseded +
/// dead-lettered. Written from many turns, read from any thread.
/// </summary>
public sealed class PumpCounters
{
    private long _in;
    private long _applied;
    private long _duplicate;
    private long _filtered;
    private long _superseded;
    private long _deadLettered;
    private long _setBacks;

    public void CountIn(long records) => Interlocked.Add(ref _in, records);

    public void CountDeadLettered(long records) => Interlocked.Add(ref _deadLettered, records);

    /// <summary>A partition whose stored mark was older than was known.</summary>
    public void CountSetBack() => Interlocked.Increment(ref _setBacks);

    public long SetBacks => Interlocked.Read(ref _setBacks);

    public void CountFiltered(long records) => Interlocked.Add(ref _filtered, records);

    public void Count(IngestCounts counts)
    {
        Interlocked.Add(ref _applied, counts.Applied);
        Interlocked.Add(ref _duplicate, counts.Duplicate);
        Interlocked.Add(ref _filtered, counts.Filtered);
        Interlocked.Add(ref _superseded, counts.Superseded);
    }

    public EventTotals Totals => new()
    {
        In = Interlocked.Read(ref _in),
        Applied = Interlocked.Read(ref _applied),
        Duplicate = Interlocked.Read(ref _duplicate),
        Filtered = Interlocked.Read(ref _filtered),
        Superseded = Interlocked.Read(ref _superseded),
        DeadLettered = Interlocked.Read(ref _deadLettered),
    };
}
