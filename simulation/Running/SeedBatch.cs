#pragma warning disable RS0030 // Outside of the worlds: each has one thread, and several of them run beside each other.
using System.Collections.Concurrent;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Running;

/// <summary>Runs seeds on threads of their own. A run is the same whatever runs beside it: worlds share nothing.</summary>
internal static class SeedBatch
{
    /// <summary>Outcomes in the order in which they come.</summary>
    /// <param name="seeds">Drawn one by one, as threads become free; another thread's turn.</param>
    /// <param name="threads">So many run at once, 1 at least.</param>
    /// <param name="tells">Whether the runs keep their stories.</param>
    public static IEnumerable<RunOutcome> Run(IEnumerable<int> seeds, int threads, bool tells = false)
    {
        using var outcomes = new BlockingCollection<RunOutcome>(threads);
        using var ended = new CancellationTokenSource();
        using var next = seeds.GetEnumerator();
        var left = threads;
        var running = Enumerable.Range(0, threads).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in running)
            thread.Start();
        try
        {
            foreach (var outcome in outcomes.GetConsumingEnumerable())
                yield return outcome;
        }
        finally
        {
            // Who looks no further waits for no more than the runs under way.
            ended.Cancel();
            foreach (var thread in running)
                thread.Join();
        }

        void Work()
        {
            try
            {
                while (!ended.IsCancellationRequested && Draw() is { } seed)
                    outcomes.Add(SimulationRun.Of(RunPlan.Of(seed), tells), ended.Token);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // Nobody looks any more.
            }
            finally
            {
                if (Interlocked.Decrement(ref left) == 0)
                    outcomes.CompleteAdding();
            }
        }

        int? Draw()
        {
            lock (next)
                return next.MoveNext() ? next.Current : null;
        }
    }
}
