using System.Buffers;
using System.Collections.Immutable;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>What the bytes of a write hold. The storage writes in a turn of its own, so only the write itself knows.</summary>
/// <param name="Changes">The changes that are in.</param>
/// <param name="Positions">How far the log is in.</param>
/// <param name="Bytes">How many bytes it took.</param>
public sealed record WrittenMark(long Changes, ImmutableArray<FeedPosition> Positions, long Bytes);

/// <summary>
/// All that is stored of an entity that is fed from the log: content, the gates that guard it, and the positions in the log that it is
/// made of, in one row under one condition.
/// </summary>
public abstract class EntityState : IStoredState
{
    public abstract int SchemaVersion { get; }

    public abstract StateIndex Index { get; }

    /// <summary>The grain's key; set on activation, and stored to tell a row that was put under a wrong name.</summary>
    public string Key { get; set; } = "";

    /// <summary>Grows with every change of the content.</summary>
    public long Version { get; set; }

    public FeedPositions Feeds { get; } = new();

    public OriginGate Origins { get; } = new();

    /// <summary>Grows with every change that a flush must make durable; of this activation only.</summary>
    public long Changes { get; set; }

    /// <summary>Of the last <see cref="Write"/>: what stands in those bytes.</summary>
    public WrittenMark Written { get; private set; } = new(0, [], 0);

    public void Write(IBufferWriter<byte> output)
    {
        var writer = new StateWriter(output);
        WriteAll(writer);
        Written = new WrittenMark(Changes, Feeds.Capture(), writer.Written);
    }

    public abstract void Read(ReadOnlySpan<byte> input, int schemaVersion);

    /// <summary>Writes everything, the parts of this class among it.</summary>
    protected abstract void WriteAll(StateWriter writer);
}
