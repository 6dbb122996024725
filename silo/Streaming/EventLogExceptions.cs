namespace StreamForge.Silo.Streaming;

/// <summary>The log could not do it now; whether it did is unknown. May be tried again.</summary>
public class EventLogException : Exception
{
    public EventLogException(string message)
        : base(message)
    {
    }

    public EventLogException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>The topic has another number of partitions than its readers need.</summary>
public sealed class TopicMismatchException(string topic, int expected, int actual)
    : EventLogException($"Topic {topic} has {actual} partitions where {expected} are needed: sibling topics must have equal counts.");

/// <summary>The record is larger than the log takes.</summary>
public sealed class RecordTooLargeException(string topic, long size, long limit)
    : EventLogException($"A record of {size} bytes is larger than topic {topic} takes ({limit} bytes).");

/// <summary>The offset is no longer kept, or not there yet.</summary>
public sealed class OffsetOutOfRangeException(TopicPartition partition, long offset, OffsetBounds bounds)
    : EventLogException($"Offset {offset} of {partition} is out of range: the log keeps [{bounds.Start}, {bounds.End}).")
{
    public TopicPartition Partition { get; } = partition;

    public long Offset { get; } = offset;

    public OffsetBounds Bounds { get; } = bounds;
}

/// <summary>Bytes on disk are not what was written, and not the torn tail of a crash.</summary>
public sealed class CorruptLogException(string file, long position, string what)
    : EventLogException($"{file} is corrupt at byte {position}: {what}.");
