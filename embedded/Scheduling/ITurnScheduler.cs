namespace StreamForge.Embedded.Scheduling;

/// <summary>Runs what is ready: on the thread pool in production, one at a time in an order of its own choice in simulation.</summary>
public interface ITurnScheduler
{
    /// <summary>How many turns a ready queue may run before others get a chance, at least 1.</summary>
    int TurnsPerSlice { get; }

    /// <summary>
    /// Whether a message is something to schedule of its own, so that messages overtake each other. Orleans promises no order
    /// between calls whose answers nobody awaited.
    /// </summary>
    bool ReordersMessages { get; }

    /// <summary>Runs it soon, once. Never runs it within this call.</summary>
    /// <param name="again">It has just had its slice: others come first.</param>
    void Schedule(IReadyQueue ready, bool again = false);
}

/// <summary>A queue of turns that has some.</summary>
public interface IReadyQueue
{
    /// <summary>Whose turns they are, for traces.</summary>
    string Name { get; }

    /// <summary>Runs some of them; schedules itself again if more are left.</summary>
    void Run();
}
