using System.Buffers;

namespace StreamForge.Grains.State;

/// <summary>
/// Grain state that writes itself in a compact binary form. The storage asks for the bytes at once when a write starts, so
/// that what is written is what the grain held at that moment, while ingest goes on.
/// </summary>
public interface IStoredState
{
    /// <summary>The schema that <see cref="Write"/> writes, from 1. A higher one met on load is refused, never overwritten.</summary>
    int SchemaVersion { get; }

    /// <summary>Writes the whole state.</summary>
    void Write(IBufferWriter<byte> output);

    /// <summary>Replaces this state by one that was written under <paramref name="schemaVersion"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a state.</exception>
    void Read(ReadOnlySpan<byte> input, int schemaVersion);

    /// <summary>The columns that lists are made from, written in the same statement as the state.</summary>
    StateIndex Index { get; }
}

/// <summary>Indexed columns of a state row; what lists and sweeps ask for without loading a grain.</summary>
/// <param name="Scope">What the row belongs to: a venue, an organisation, a flow.</param>
/// <param name="Status">The entity's own status, a short word.</param>
/// <param name="Sequence">The business sequence that the state is at.</param>
/// <param name="DueAt">When something must happen to it next, UTC.</param>
public readonly record struct StateIndex(string? Scope, string? Status, long? Sequence = null, DateTimeOffset? DueAt = null);

/// <summary>Finds state rows by their indexed columns.</summary>
public interface IStateDirectory
{
    /// <summary>Rows of one kind in order of id, after <see cref="StateQuery.After"/>, at most <see cref="StateQuery.Limit"/>.</summary>
    ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation);

    /// <summary>The stored ETag of a row, read from storage itself; null where there is no row.</summary>
    ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation);
}

/// <summary>Which rows: every field that is set must match.</summary>
/// <param name="Kind">The state's name, as in <c>[PersistentState(name)]</c>.</param>
/// <param name="After">Only ids above this one, by ordinal order.</param>
/// <param name="Limit">From 1 to 10,000.</param>
public sealed record StateQuery(string Kind, string? Scope = null, string? Status = null, DateTimeOffset? DueBefore = null,
    string? After = null, int Limit = 100);

/// <summary>A row's columns.</summary>
public sealed record StateEntry(string Kind, string Id, StateIndex Index, DateTimeOffset WrittenAt, int Bytes);
