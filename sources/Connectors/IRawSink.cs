namespace StreamForge.Sources.Connectors;

/// <summary>
/// Where connectors put what venues say: the raw topic. Calls may overlap; records of one key keep the order of the calls, without
/// holes: when an append fails, those of its key that were handed in after it, before the failure was reported, fail too.
/// </summary>
public interface IRawSink
{
    /// <summary>Returns once the record is durable.</summary>
    /// <exception cref="RecordRefusedException">It will never be appended.</exception>
    /// <exception cref="Exception">Any other: not known to be appended; appending again may double it.</exception>
    Task Append(RawRecord record, CancellationToken cancellation);

    /// <summary>Appends to every partition, after all that was acknowledged before the call.</summary>
    Task AppendToAll(RawRecord record, CancellationToken cancellation);
}

/// <summary>A record for the raw topic.</summary>
public sealed record RawRecord
{
    /// <summary>Chooses the partition: the instrument where it can be told, else the name of the connection; none for watermarks.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>Exactly as received.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    public required IReadOnlyList<RawHeader> Headers { get; init; }

    /// <summary>When it was received, UTC.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>A header of a record: see <see cref="RawHeaders"/>.</summary>
public readonly record struct RawHeader(string Name, ReadOnlyMemory<byte> Value);

/// <summary>The sink will never take this record: it is too large.</summary>
public sealed class RecordRefusedException(string message, Exception? inner = null) : Exception(message, inner);
