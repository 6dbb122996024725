using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>Counts the turns that pumps take, knows who has not given his back, and can withhold them.</summary>
internal sealed class CountedTurns(IPumpSchedulers inner) : IPumpSchedulers
{
    private readonly Lock _lock = new();
    private readonly HashSet<object> _holders = [];
    private int _taken;

    /// <summary>Turns are given when this has completed.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int Taken => Volatile.Read(ref _taken);

    public int Held
    {
        get
        {
            lock (_lock)
                return _holders.Count;
        }
    }

    public TaskScheduler Create() => inner.Create();

    public async ValueTask Turn(object pump)
    {
        lock (_lock)
            _holders.Add(pump);
        Interlocked.Increment(ref _taken);
        await Gate;
        await inner.Turn(pump);
    }

    public void EndTurn(object pump)
    {
        inner.EndTurn(pump);
        lock (_lock)
            _holders.Remove(pump);
    }
}
