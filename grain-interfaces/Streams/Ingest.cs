using System.Collections.Immutable;
using Orleans.Concurrency;

namespace StreamForge.Contracts.Streams;

/// <summary>A grain that is fed from the event log. Ingest and flush are the pump's; nobody else calls them.</summary>
public interface IIngestGrain : IGrainWithStringKey
{
    /// <summary>
    /// Applies a run of records of this grain's key, in offset order. A grain that has not applied
    /// <see cref="IngestBatch.Previous"/> answers <see cref="IngestOutcome.Behind"/> and applies nothing. Records below the
    /// grain's position are skipped, so that a call may be repeated. Nothing is durable before <see cref="Flush"/>.
    /// </summary>
    [Alias("Ingest")]
    ValueTask<IngestResult> Ingest(IngestBatch batch);

    /// <summary>
    /// Makes what was applied durable, unless it already is, and answers the positions inside the bytes whose conditional
    /// write succeeded. What the grain forwarded to other grains is flushed there first. Interleaves with ingest.
    /// </summary>
    /// <remarks>On a write conflict the grain discards its memory and throws; the pump sees a lower position next.</remarks>
    [Alias("Flush"), AlwaysInterleave]
    ValueTask<FlushResult> Flush();

    /// <summary>
    /// Whether records that were lost of a topic leave nothing unproven of this grain: it is not fed from there, or a record of its
    /// own behind the loss, or its source's answer, has shown that nothing is missing. Where not, it asks its source by itself.
    /// </summary>
    [Alias("IsPast"), AlwaysInterleave]
    ValueTask<bool> IsPast(string topic, FeedLoss loss);
}

/// <summary>A run of records of one key, from one partition, in offset order.</summary>
[GenerateSerializer, Immutable, Alias("sf.IngestBatch")]
public sealed record IngestBatch
{
    /// <summary>The topic that the records stand in.</summary>
    [Id(0)] public required string Topic { get; init; }

    /// <summary>The incarnation of the topic.</summary>
    [Id(1)] public required Guid LogId { get; init; }

    [Id(2)] public required int Partition { get; init; }

    /// <summary>The epoch of the partition's assignment; a call of an older epoch than the grain has seen is refused.</summary>
    [Id(3)] public required long Epoch { get; init; }

    /// <summary>The offset of this key's record delivered last in this epoch; none in its first call.</summary>
    [Id(4)] public long? Previous { get; init; }

    /// <summary>The records, at least one, in increasing order of offset.</summary>
    [Id(5)] public required ImmutableArray<IngestRecord> Records { get; init; }
}

/// <summary>One record as a grain sees it: decoded, or a place to move over.</summary>
[GenerateSerializer, Immutable, Alias("sf.IngestRecord")]
public sealed record IngestRecord
{
    [Id(0)] public required long Offset { get; init; }

    /// <summary>The record's time in the log, UTC.</summary>
    [Id(1)] public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The event; none where the record was filtered or dead-lettered and is only moved over.</summary>
    [Id(2)] public StreamEvent? Event { get; init; }

    [Id(3)] public string? EventId { get; init; }

    [Id(4)] public Origin? Origin { get; init; }

    [Id(5)] public string? TraceParent { get; init; }

    /// <summary>The repair request that this record answers, where it answers one.</summary>
    [Id(6)] public string? RepairId { get; init; }
}

/// <summary>What flows on topics, decoded. Immutable all the way down: handed from pump to grain without a copy.</summary>
[GenerateSerializer, Immutable, Alias("sf.StreamEvent")]
public abstract record StreamEvent
{
    /// <summary>It may be large: what only refers to where it stood does not keep it.</summary>
    public virtual bool IsBulky => false;
}

/// <summary>How an ingest call ended.</summary>
public enum IngestOutcome
{
    /// <summary>All records are applied (or were before).</summary>
    Applied = 0,

    /// <summary>The grain has not applied the previous record: nothing was applied; the pump must go back.</summary>
    Behind = 1,

    /// <summary>The record at <see cref="IngestResult.RejectedOffset"/> breaks a rule; those before it are applied.</summary>
    Rejected = 2,

    /// <summary>The call is of an older epoch than the grain has seen: its sender no longer owns the partition.</summary>
    Fenced = 3,
}

/// <summary>The answer to <see cref="IIngestGrain.Ingest"/>.</summary>
[GenerateSerializer, Immutable, Alias("sf.IngestResult")]
public sealed record IngestResult
{
    [Id(0)] public required IngestOutcome Outcome { get; init; }

    /// <summary>The offset of the last record applied or moved over, in memory; -1 where there is none.</summary>
    [Id(1)] public required long Applied { get; init; }

    [Id(2)] public long? RejectedOffset { get; init; }

    /// <summary>Why the record was rejected: goes into the dead letter.</summary>
    [Id(3)] public string? Reason { get; init; }

    /// <summary>What became of the events of this call, for the books: in = applied + duplicate + filtered + superseded + rejected.</summary>
    [Id(4)] public IngestCounts Counts { get; init; }
}

/// <summary>What became of the events of a call, each counted exactly once.</summary>
/// <param name="Applied">Changed the state, or was held and will be judged when its predecessors come.</param>
/// <param name="Duplicate">Had been applied before, by position, origin, sequence or id.</param>
/// <param name="Filtered">Not wanted by configuration.</param>
/// <param name="Superseded">Older than a snapshot that holds its effect.</param>
[GenerateSerializer, Immutable, Alias("sf.IngestCounts")]
public readonly record struct IngestCounts(
    [property: Id(0)] int Applied,
    [property: Id(1)] int Duplicate,
    [property: Id(2)] int Filtered,
    [property: Id(3)] int Superseded)
{
    public static IngestCounts operator +(IngestCounts a, IngestCounts b) =>
        new(a.Applied + b.Applied, a.Duplicate + b.Duplicate, a.Filtered + b.Filtered, a.Superseded + b.Superseded);
}

/// <summary>The positions that a grain's stored state holds, one for every partition that feeds it.</summary>
[GenerateSerializer, Immutable, Alias("sf.FlushResult")]
public sealed record FlushResult
{
    /// <summary>Of the bytes whose conditional write succeeded last; never of memory.</summary>
    [Id(0)] public required ImmutableArray<FeedPosition> Durable { get; init; }

    /// <summary>Bytes written by this flush; 0 where all was durable.</summary>
    [Id(1)] public required long BytesWritten { get; init; }

    /// <summary>The durable position for a partition; -1 where the state knows none under that log id.</summary>
    public long DurableOf(string topic, Guid logId, int partition)
    {
        foreach (var feed in Durable)
            if (feed.Position.Partition == partition && feed.Position.LogId == logId && feed.Topic == topic)
                return feed.Position.Offset;
        return -1;
    }
}

/// <summary>How far one partition was applied.</summary>
[GenerateSerializer, Immutable, Alias("sf.FeedPosition")]
public readonly record struct FeedPosition([property: Id(0)] string Topic, [property: Id(1)] LogPosition Position);
