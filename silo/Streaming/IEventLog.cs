namespace StreamForge.Silo.Streaming;

/// <summary>
/// A partitioned, replayable log: topics, keys, offsets that increase and may have holes, headers, consumer groups. Kafka, or
/// segment files in one process. One contract suite pins both.
/// </summary>
public interface IEventLog : IAsyncDisposable
{
    /// <summary>The topic as it is; created first where it is missing and the log lets us create it.</summary>
    /// <exception cref="TopicMismatchException">It exists with another number of partitions.</exception>
    ValueTask<TopicInfo> EnsureTopic(TopicSpec spec, CancellationToken cancellation);

    /// <summary>First offset kept and the offset after the newest record.</summary>
    ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation);

    /// <summary>A producer whose appends are acknowledged only when durable by the log's own rules (Kafka: acks=all, idempotent).</summary>
    IEventProducer CreateProducer();

    /// <summary>
    /// Joins a consumer group. Partitions come and go by <paramref name="handler"/>; siblings of equal partition counts are assigned
    /// together: the member that has partition 3 of one of <paramref name="topics"/> has it of all.
    /// </summary>
    ValueTask<IGroupMember> Join(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, CancellationToken cancellation);

    /// <summary>Reads outside any group: unparking, audits, tools. Ends at the log's end as of the call.</summary>
    /// <exception cref="OffsetOutOfRangeException"><paramref name="from"/> is below the first offset kept.</exception>
    IAsyncEnumerable<LogRecord> Read(TopicPartition partition, long from, CancellationToken cancellation);
}

/// <summary>One partition of a topic.</summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    public override string ToString() => $"{Topic}/{Partition}";
}

/// <summary>A topic as it should be.</summary>
/// <param name="Retention">How long records are kept at least; none for ever.</param>
public sealed record TopicSpec(string Name, int Partitions, TimeSpan? Retention = null);

/// <summary>A topic as it is.</summary>
/// <param name="LogId">Its incarnation: changes when it is deleted and created anew.</param>
public sealed record TopicInfo(string Name, Guid LogId, int Partitions);

/// <param name="Start">First offset kept.</param>
/// <param name="End">The offset after the newest record.</param>
public readonly record struct OffsetBounds(long Start, long End);

/// <summary>A header of a record.</summary>
public readonly record struct LogHeader(string Name, ReadOnlyMemory<byte> Value);

/// <summary>A record as it stands in the log.</summary>
public sealed class LogRecord
{
    private int _size;

    public required TopicPartition Partition { get; init; }

    public required long Offset { get; init; }

    /// <summary>Set by the producer, UTC, milliseconds.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>None where the record has no key.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    public required ReadOnlyMemory<byte> Value { get; init; }

    public IReadOnlyList<LogHeader> Headers { get; init; } = [];

    /// <summary>Bytes that count against windows: key, value, headers and a fixed overhead.</summary>
    public int Size => _size != 0 ? _size : _size = (Key?.Length ?? 0) + Value.Length + HeaderBytes() + 32;

    /// <summary>The last header of that name as text; null where there is none.</summary>
    public string? Header(string name)
    {
        for (var i = Headers.Count - 1; i >= 0; i--)
            if (Headers[i].Name == name)
                return System.Text.Encoding.UTF8.GetString(Headers[i].Value.Span);
        return null;
    }

    private int HeaderBytes()
    {
        var sum = 0;
        for (var i = 0; i < Headers.Count; i++)
            sum += Headers[i].Name.Length + Headers[i].Value.Length + 2;
        return sum;
    }
}

/// <summary>A record to append.</summary>
public sealed class NewRecord
{
    public required string Topic { get; init; }

    /// <summary>None: by the key's murmur2 hash, as Kafka's Java clients do; without a key, any.</summary>
    public int? Partition { get; init; }

    public ReadOnlyMemory<byte>? Key { get; init; }

    public required ReadOnlyMemory<byte> Value { get; init; }

    public IReadOnlyList<LogHeader> Headers { get; init; } = [];

    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>
/// Appends records. Calls may overlap; records of one partition keep the order of the calls, without holes: when an append
/// fails, every append to that partition handed in before the failure was reported fails too. (A too large record is refused
/// alone, before it is handed in.)
/// </summary>
/// <remarks>
/// A caller learns of a failure some time after it was reported, and what it hands in until then has a hole before it. Where that
/// matters, the appends are those of an <see cref="AppendChain"/>.
/// </remarks>
public interface IEventProducer : IAsyncDisposable
{
    /// <summary>Appends, and returns where the record stands once that is durable.</summary>
    /// <exception cref="EventLogException">It is not known to be appended; appending again may double it.</exception>
    /// <exception cref="RecordTooLargeException">It will never be appended.</exception>
    /// <param name="chain">What it must not be appended behind a failure of; none where a hole before it does no harm.</param>
    Task<AppendedAt> Append(NewRecord record, CancellationToken cancellation, AppendChain? chain = null);

    /// <summary>Returns when all that was handed in is durable or has failed.</summary>
    Task Flush(CancellationToken cancellation);
}

/// <summary>
/// Appends of one writer that have no hole for good: when one fails, every later one is refused, whether the writer knows of the
/// failure or not. It then goes back, and begins a new chain. (A too large record is refused alone.)
/// </summary>
/// <remarks>Derivation leans on it: were a later record appended and an earlier one not, its repetition would look old.</remarks>
public sealed class AppendChain
{
    private volatile bool _broken;

    /// <summary>One of its appends has failed, or is about to.</summary>
    public bool IsBroken => _broken;

    /// <summary>For logs: to be called under what orders the appends of a partition, before the failure is reported.</summary>
    public void Break() => _broken = true;

    /// <summary>What a refused append fails with.</summary>
    public static EventLogException Refusal(string topic) =>
        new($"A record was not appended to {topic}: one before it was not, and it must not stand before that.");
}

public readonly record struct AppendedAt(TopicPartition Partition, long Offset);

/// <summary>Membership in a consumer group; disposing leaves it, after <see cref="IAssignmentHandler.Revoked"/>.</summary>
public interface IGroupMember : IAsyncDisposable
{
    /// <summary>
    /// Completes when membership ended by itself, with the error that ended it; the handler has been told that all is gone.
    /// </summary>
    Task Completion { get; }
}

/// <summary>Told what a member owns. Calls do not overlap.</summary>
public interface IAssignmentHandler
{
    /// <summary>
    /// These partitions are this member's from now on, beside those it has; may be none. Reading starts where the handler seeks to.
    /// </summary>
    ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation);

    /// <summary>
    /// These are about to go to another member: drain, flush and commit; they are gone when this returns or
    /// <paramref name="deadline"/> is cancelled.
    /// </summary>
    ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline);

    /// <summary>These are gone already: commit nothing.</summary>
    ValueTask Lost(IReadOnlyList<TopicPartition> partitions);
}

/// <summary>A partition while it is assigned to a member. Read by one reader at a time.</summary>
public interface IAssignedPartition
{
    TopicPartition Partition { get; }

    /// <summary>The incarnation of the topic.</summary>
    Guid LogId { get; }

    /// <summary>The offset that the group committed; none where it never did.</summary>
    long? Committed { get; }

    /// <summary>First offset kept and end of the log, as of the assignment.</summary>
    OffsetBounds Bounds { get; }

    /// <summary>Sets where to read next. Must be called once before the first read; may be called again to go back.</summary>
    void Seek(long offset);

    /// <summary>
    /// The next records, at least one, at most about <paramref name="maxBytes"/>; waits while there are none. While nobody
    /// reads, fetching pauses after a bounded buffer, and membership goes on.
    /// </summary>
    /// <exception cref="OffsetOutOfRangeException">What was asked for is no longer kept; seek to go on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the partition is no longer assigned.</exception>
    ValueTask<LogBatch> Read(int maxBytes, CancellationToken cancellation);

    /// <summary>Commits that the group has all below <paramref name="offset"/>. Fails loudly when the partition is no longer ours.</summary>
    /// <exception cref="EventLogException">The commit was refused or its outcome is unknown.</exception>
    ValueTask Commit(long offset, CancellationToken cancellation);
}

/// <param name="Records">In order of offset.</param>
/// <param name="End">The end of the log as last known: for lag.</param>
public readonly record struct LogBatch(IReadOnlyList<LogRecord> Records, long End);
