using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace StreamForge.Embedded.Scheduling;

/// <summary>
/// A task scheduler that runs one task at a time, in order: whatever a turn starts or awaits goes on here, so that code between
/// two awaits is never disturbed.
/// </summary>
internal sealed class TurnQueue(string name, NodeGate gate) : TaskScheduler, IReadyQueue, IActivationScheduler
{
    [ThreadStatic]
    private static TurnQueue? t_running;

    private readonly Lock _lock = new();
    private readonly Queue<Task> _turns = new();
    private bool _ready;

    public string Name => name;

    /// <summary>The activation whose turns these are; none for other work of a node.</summary>
    public IEngineContext? Activation { get; init; }

    IEngineContext? IActivationScheduler.Context => Activation;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Starts work here, without the caller's ambient context.</summary>
    public void Start(Action work)
    {
        using var none = NoAmbientContext.Enter();
        new Task(work).Start(this);
    }

    /// <inheritdoc cref="Start(Action)"/>
    public void Start(Action<object?> work, object state)
    {
        using var none = NoAmbientContext.Enter();
        new Task(work, state).Start(this);
    }

    public void Run()
    {
        if (gate.Holds(this))
            return;
        var outer = t_running;
        t_running = this;
        try
        {
            for (var left = gate.TurnsPerSlice; left > 0 && !gate.IsClosed; left--)
            {
                if (!TryNext(out var turn))
                    return;
                TryExecuteTask(turn);
            }
        }
        finally
        {
            t_running = outer;
        }

        gate.Schedule(this, again: true);
    }

    protected override void QueueTask(Task task)
    {
        lock (_lock)
        {
            _turns.Enqueue(task);
            if (_ready)
                return;
            _ready = true;
        }

        gate.Schedule(this);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        t_running == this && !taskWasPreviouslyQueued && !gate.IsClosed && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_lock)
            return [.. _turns];
    }

    private bool TryNext([NotNullWhen(true)] out Task? turn)
    {
        lock (_lock)
            return _ready = _turns.TryDequeue(out turn);
    }
}
