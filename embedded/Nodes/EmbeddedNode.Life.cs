using Orleans;
using Orleans.Runtime;
using StreamForge.Embedded.Activations;
using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Nodes;

public sealed partial class EmbeddedNode : IDisposable
{
    private ITimer? _sweep;
    private volatile bool _stopped;

    /// <summary>Takes no grains any more.</summary>
    public bool IsStopped => _stopped || _gate.IsClosed;

    /// <summary>How many grains are active here.</summary>
    public int ActivationCount => Living().Length;

    /// <summary>Begins to look for late calls and idle grains.</summary>
    public void Start()
    {
        using (NoAmbientContext.Enter())
            _sweep ??= Time.CreateTimer(
                static self => ((EmbeddedNode)self!).Sweep(), this, Options.SweepInterval, Options.SweepInterval);
    }

    /// <summary>Ends all activations in order: running calls, then OnDeactivateAsync; new calls are refused.</summary>
    /// <exception cref="OperationCanceledException">Some did not end in time.</exception>
    public async Task Stop(CancellationToken cancellation)
    {
        _stopped = true;
        var living = Living();
        foreach (var activation in living)
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, $"{Name} is stopping."), CancellationToken.None);
        try
        {
            await AllDeactivated(living).WaitAsync(cancellation);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>
    /// The node dies at once: nothing of it runs any more. The others do not know before
    /// <see cref="EmbeddedCluster.DeclareDead"/>: their calls to its grains go unanswered.
    /// </summary>
    public void Crash()
    {
        _gate.Close();
        _sweep?.Dispose();
    }

    /// <summary>
    /// The cluster's directory has been put right after it forgot what lives here: lives that were meanwhile begun elsewhere end here, the
    /// others are known again.
    /// </summary>
    public void JoinAgain()
    {
        foreach (var activation in Living())
            if (_cluster.Directory.HomeOf(activation.GrainId, this) != this)
                activation.Deactivate(
                    new DeactivationReason(DeactivationReasonCode.DuplicateActivation, "It lives elsewhere."), CancellationToken.None);
    }

    /// <summary>Nothing of the node runs until <see cref="Resume"/>, as in a long garbage collection.</summary>
    public void Pause() => _gate.Pause();

    public void Resume() => _gate.Resume();

    /// <summary>
    /// A scheduler for work that is no grain's and runs one turn at a time: a pump. It shares the node's pauses and its end.
    /// </summary>
    /// <param name="name">What traces call it, after the node's name.</param>
    public TaskScheduler CreateQueue(string name) => new TurnQueue($"{Name}/{name}", _gate);

    /// <summary>Runs work that is no grain's on this node: it shares the node's pauses and its end.</summary>
    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, _work).Unwrap();

    public void Dispose()
    {
        _stopped = true;
        _sweep?.Dispose();
    }

    internal void FailCallsFromOthers()
    {
        var gone = new SiloUnavailableException($"{Name} has been declared dead.");
        foreach (var activation in Living())
            activation.FailCalls(call => call.Caller != this, gone);
    }

    private static async Task AllDeactivated(Activation[] living)
    {
        foreach (var activation in living)
            await activation.Deactivated;
    }

    private void Sweep()
    {
        if (_gate.IsPaused || _gate.IsClosed)
            return;
        var now = Time.GetTimestamp();
        foreach (var node in _cluster.Nodes)
            foreach (var activation in node.Living())
                activation.TimeOut(this, now);
        var usedBefore = now - Ticks(Options.CollectionAge);
        foreach (var activation in Living())
            activation.DeactivateIfIdle(usedBefore, now);
    }
}
