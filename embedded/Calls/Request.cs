namespace StreamForge.Embedded.Calls;

/// <summary>Something that takes its turn in an activation: a call, or the tick of a timer.</summary>
internal abstract class Request
{
    /// <summary>Runs at once, whatever else runs.</summary>
    public abstract bool AlwaysInterleaves { get; }

    /// <summary>Runs together with others of its kind.</summary>
    public abstract bool IsReadOnly { get; }

    /// <summary>Counts as use of the activation.</summary>
    public abstract bool KeepsAlive { get; }

    /// <summary>Belongs to this activation only: never handed to the next one.</summary>
    public abstract bool IsLocal { get; }

    /// <summary>Nobody waits for it any more: it need not start.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Runs it on the grain. The outcome is kept until <see cref="Succeed"/> or <see cref="Fail"/>.</summary>
    public abstract Task Run(object grain);

    /// <summary>Answers with what <see cref="Run"/> kept.</summary>
    public abstract void Succeed();

    public abstract void Fail(Exception exception);
}
