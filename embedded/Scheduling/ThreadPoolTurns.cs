#pragma warning disable RS0030 // Production only: this is where turns meet real threads.
namespace StreamForge.Embedded.Scheduling;

/// <summary>Runs turns on the thread pool.</summary>
public sealed class ThreadPoolTurns : ITurnScheduler
{
    public static readonly ThreadPoolTurns Instance = new();

    private ThreadPoolTurns()
    {
    }

    public int TurnsPerSlice => 64;

    public bool ReordersMessages => false;

    public void Schedule(IReadyQueue ready) =>
        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Run(), ready, preferLocal: false);
}
