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

    // What a turn starts runs next on its thread, while what it made is in the cache: a call costs half of what it does in a queue
    // that all share. Who has had his slice waits there, behind everybody.
    public void Schedule(IReadyQueue ready, bool again = false) =>
        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Run(), ready, preferLocal: !again);
}
