using System.Diagnostics;

namespace StreamForge.Tests.KillHost;

/// <summary>Counts what happens to files, and ends this process as <c>kill -9</c> does when the aim is met.</summary>
internal sealed class Trap(Aim aim)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _join = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = aim.Nth;
    private bool _rebalancing;

    /// <summary>Completes when it is time for the second member, where the aim is a rebalance.</summary>
    public Task TimeToJoin => _join.Task;

    public bool WantsRebalance => aim.InRebalance;

    /// <summary>Something is about to happen: at which moment of it this process ends; none where it does not.</summary>
    public KillMoment? Meets(KillPlace place, KillOperation operation)
    {
        var isAim = place == aim.Place && operation == aim.Operation;
        lock (_gate)
        {
            if (!aim.InRebalance)
                return isAim && --_left == 0 ? aim.Moment : null;
            if (isAim && _rebalancing)
                return aim.Moment;
            if (place == KillPlace.State && operation == KillOperation.Append && --_left == 0)
                _join.TrySetResult();
            return null;
        }
    }

    /// <summary>Partitions are taken from the first member: from now on the aim counts.</summary>
    public void RebalanceBegins()
    {
        lock (_gate)
            _rebalancing = aim.InRebalance && _join.Task.IsCompleted;
    }

    /// <summary>Nobody owns the partitions: a rebalance that did not come past the aim ends here.</summary>
    public void RebalanceEnds(string partitions)
    {
        bool aimed;
        lock (_gate)
            aimed = _rebalancing;
        if (aimed)
            End($"{partitions} between two owners");
    }

    /// <summary>Does not return.</summary>
    public void End(string where)
    {
        Console.Error.WriteLine($"killed: {where} ({aim})");
        using var self = Process.GetCurrentProcess();
        self.Kill();
        // The signal comes before anything else does.
        Environment.FailFast("This process outlived its end.");
    }
}
