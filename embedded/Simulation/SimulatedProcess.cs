using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Simulation;

/// <summary>A process of the simulated world that is no node: what runs on its queues pauses with it and is gone with it.</summary>
public sealed class SimulatedProcess : IDisposable
{
    private readonly NodeGate _gate;
    private readonly TurnQueue _work;
    private readonly CancellationTokenSource _ended = new();

    internal SimulatedProcess(string name, ITurnScheduler scheduler)
    {
        Name = name;
        _gate = new NodeGate(scheduler);
        _work = new TurnQueue(name, _gate);
    }

    public string Name { get; }

    /// <summary>Cancelled when it dies: connections to it end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Runs work on its first queue.</summary>
    public Task<T> Run<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, _work).Unwrap();

    /// <summary>Dies at once: nothing of it runs any more, not even a <c>finally</c>.</summary>
    public void Crash()
    {
        _gate.Close();
        _ended.Cancel();
    }

    public void Dispose() => _ended.Dispose();

    public void Pause() => _gate.Pause();

    public void Resume() => _gate.Resume();
}
