using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

/// <summary>
/// An event log under test, and what cannot be asked of it. A reason that is set skips the tests that need the ability, with
/// that reason.
/// </summary>
public abstract class EventLogFixture : IAsyncDisposable
{
    private int _topics;

    /// <summary>The log; another object after <see cref="Reopen"/>.</summary>
    public abstract IEventLog Log { get; }

    /// <summary>How many partitions the topics of the suite have.</summary>
    public virtual int Partitions => 4;

    /// <summary>The largest value that a record may carry, bytes.</summary>
    public virtual int LargestValue => 1_000_000;

    /// <summary>A value that no record may carry, bytes.</summary>
    public virtual int TooLargeValue => 16_000_000;

    /// <summary>How long a test waits for what must happen.</summary>
    public virtual TimeSpan Deadline => TimeSpan.FromSeconds(30);

    /// <summary>Why retention cannot be made to pass a reader; null where it can.</summary>
    public virtual string? WhyNoRetention => null;

    /// <summary>Why a topic cannot be deleted and created anew; null where it can.</summary>
    public virtual string? WhyNoRecreation => null;

    /// <summary>Why the log cannot refuse a wrong count of partitions; null where it can.</summary>
    public virtual string? WhyNoMismatch => null;

    /// <summary>Closes the log and opens it again over the same data, as after a restart of the process.</summary>
    public abstract ValueTask Reopen();

    /// <summary>Deletes a topic and creates it anew under the same name.</summary>
    public virtual ValueTask Recreate(TopicSpec topic) => throw new NotSupportedException(WhyNoRecreation);

    /// <summary>Makes the log drop records at the start of the partition up to about <paramref name="offset"/>, at least the first ten.</summary>
    public virtual ValueTask DropBelow(TopicPartition partition, long offset) => throw new NotSupportedException(WhyNoRetention);

    /// <summary>A name that no other test uses.</summary>
    public virtual string NewTopicName() => string.Create(null, $"contract.{Interlocked.Increment(ref _topics)}.{Suffix}");

    /// <summary>Keeps the names of topics and groups of one fixture apart from those of others on a shared broker.</summary>
    protected virtual string Suffix => "t";

    public abstract ValueTask DisposeAsync();
}
