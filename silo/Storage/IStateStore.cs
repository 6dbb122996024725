using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage;

/// <summary>
/// Rows of grain state, each written under the condition of its ETag. Writes that come together are written together: a
/// conflict fails its own row only. Files on one machine, or PostgreSQL. One contract suite pins both.
/// </summary>
public interface IStateStore : IStateDirectory, IAsyncDisposable
{
    /// <summary>The row; null where there is none.</summary>
    ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation);

    /// <summary>
    /// Writes one row if its stored ETag is <see cref="StateWrite.ExpectedETag"/>, or already is <see cref="StateWrite.ETag"/> (an
    /// earlier attempt whose answer was lost). Returns when the outcome is durable.
    /// </summary>
    /// <exception cref="StateStoreException">The outcome is unknown: repeat the same write.</exception>
    ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation);

    /// <summary>Deletes one row under the same condition; a row that is not there counts as written.</summary>
    ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation);
}

/// <param name="Kind">The state's name, as in <c>[PersistentState(name)]</c>; from 1 to 64 characters.</param>
/// <param name="Id">The grain's key; from 1 to 512 characters.</param>
public readonly record struct StateKey(string Kind, string Id)
{
    public override string ToString() => $"{Kind}/{Id}";
}

/// <param name="SchemaVersion">The schema that the payload was written under.</param>
public sealed record StateRow(StateKey Key, int SchemaVersion, ReadOnlyMemory<byte> Payload, string ETag);

/// <summary>A conditional write.</summary>
public sealed record StateWrite
{
    public required StateKey Key { get; init; }

    public required int SchemaVersion { get; init; }

    /// <summary>
    /// The whole state. A store may keep this memory for as long as it likes (PostgreSQL's makes later patches against it): whoever writes
    /// never changes or reuses the buffer.
    /// </summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What must be stored now; null: there must be no row.</summary>
    public string? ExpectedETag { get; init; }

    /// <summary>What will be stored: new with every change of the state, equal in every attempt to write that change.</summary>
    public required string ETag { get; init; }

    public StateIndex Index { get; init; }
}

/// <param name="Written">The row is as written, durably.</param>
/// <param name="StoredETag">What is stored where it is not.</param>
public readonly record struct WriteOutcome(bool Written, string? StoredETag);

/// <summary>The storage could not be reached or did not answer: the outcome is unknown.</summary>
public sealed class StateStoreException(string message, Exception? inner = null) : Exception(message, inner);
