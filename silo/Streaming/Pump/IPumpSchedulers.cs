namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Where and when pumps run: each on a scheduler of its own that runs one thing at a time.</summary>
public interface IPumpSchedulers
{
    TaskScheduler Create();

    /// <summary>
    /// Completes when a pump with a backlog may take its next batch; synchronously while its turn lasts. Turns are few at a time and
    /// end by the clock.
    /// </summary>
    ValueTask Turn(object pump);

    /// <summary>The pump needs no turn for now: it has no backlog, or ends.</summary>
    void EndTurn(object pump);
}

/// <summary>On the thread pool.</summary>
internal sealed class ThreadPoolPumpSchedulers(TimeProvider time) : IPumpSchedulers, IDisposable
{
    private readonly PumpTurns _turns = new(Environment.ProcessorCount, time);

    public TaskScheduler Create() => new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    public ValueTask Turn(object pump) => _turns.Take(pump);

    public void EndTurn(object pump) => _turns.End(pump);

    public void Dispose() => _turns.Dispose();
}
