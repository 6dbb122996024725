namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Where pumps run: each on a scheduler of its own that runs one thing at a time.</summary>
public interface IPumpSchedulers
{
    TaskScheduler Create();
}

/// <summary>On the thread pool.</summary>
internal sealed class ThreadPoolPumpSchedulers : IPumpSchedulers
{
    public TaskScheduler Create() => new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
}
