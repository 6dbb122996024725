using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Simulation.World;

/// <content>What goes wrong with services and nodes as a whole, and the supervisor and the operator who put it right.</content>
internal sealed partial class PlatformWorld
{
    private static readonly TimeSpan StartAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(15);
    private int _underWay;

    /// <summary>A node dies; after a while the rest knows, and another one takes its place.</summary>
    public void Crash(NodeHost node)
    {
        Note($"{node.Name} crashes");
        Steady.Disturb();
        node.Crash();
        _ = Later(SessionTimeout, () => Forget(node));
    }

    /// <summary>A node does nothing for a while; beyond its session the others think it dead.</summary>
    public void Pause(NodeHost node, TimeSpan length)
    {
        Note($"{node.Name} pauses for {length.TotalSeconds:F1} s");
        Steady.Disturb();
        node.Pause();
        if (length > SessionTimeout)
            _ = Later(SessionTimeout, () =>
            {
                node.Log.ExpireSession();
                Simulated.Cluster.DeclareDead(node.Node);
            });
        _ = Later(length, () =>
        {
            Steady.Disturb();
            node.Resume();
            _ = Later(SessionTimeout, () => JoinAgain(node));
        });
    }

    /// <summary>A node ends in order; another one takes its place.</summary>
    /// <param name="isStrict">Whether that one has a rule that no trade keeps.</param>
    public async Task Restart(NodeHost node, bool isStrict = false)
    {
        Note($"{node.Name} ends in order");
        Steady.Disturb();
        try
        {
            await node.Stop().WaitAsync(EndsWithin, Simulated.Time);
        }
        catch (TimeoutException)
        {
            Note($"{node.Name} was killed before it had ended");
        }

        Forget(node, isStrict);
    }

    /// <summary>The directory forgets what lives on a node, and is put right after a while.</summary>
    public void ForgetHomes(NodeHost node, TimeSpan length)
    {
        Steady.Disturb();
        Simulated.Cluster.Directory.Forget(node.Node);
        _ = Later(length, () => JoinAgain(node));
    }

    private void JoinAgain(NodeHost node)
    {
        Steady.Disturb();
        if (node is { IsAlive: true, IsPaused: false })
            node.Node.JoinAgain();
    }

    public Task BounceBroker(TimeSpan down, Action? meanwhile = null) => UnderWay(async () =>
    {
        if (!Broker.IsUp)
            return;
        Broker.Crash();
        meanwhile?.Invoke();
        await Task.Delay(down, Simulated.Time);
        await Supervise(Broker.Start, Broker.Crash);
    });

    public Task BounceStorage(TimeSpan down) => UnderWay(async () =>
    {
        if (!States.IsUp)
            return;
        States.Crash();
        await Task.Delay(down, Simulated.Time);
        await Supervise(States.Start, States.Crash);
    });

    /// <summary>As an operator puts a backup back: the platform is down while he does, and starts on what he restored.</summary>
    public Task SetStorageBack() => UnderWay(async () =>
    {
        if (!States.IsUp)
            return;
        foreach (var node in Nodes)
            Crash(node);
        States.Crash();
        States.SetBack();
        _epochs.Clear();
        Check(law => law.StorageSetBack());
        // So that requests have ended whose permits are in no backup: see operations.md.
        await Task.Delay(PermitLease, Simulated.Time);
        await Supervise(States.Start, States.Crash);
    });

    private void Forget(NodeHost node, bool isStrict = false)
    {
        Steady.Disturb();
        node.Log.ExpireSession();
        Simulated.Cluster.DeclareDead(node.Node);
        if (Nodes.Count < Plan.Nodes)
            AddNode(isStrict);
        KeepConnector();
    }

    /// <summary>Starts a service as a supervisor does: one that its disk did not let open is started again.</summary>
    private async Task Supervise(Func<Task> start, Action crash)
    {
        while (true)
        {
            try
            {
                await start();
                return;
            }
            catch (Exception error) when (error is IOException or EventLogException or StateStoreException)
            {
                Note($"a service did not start: {error.Message}");
                crash();
                await Task.Delay(StartAgainAfter, Simulated.Time);
            }
        }
    }

    /// <summary>Something that is not over before it has ended, and that must not fail.</summary>
    public async Task UnderWay(Func<Task> trouble)
    {
        _underWay++;
        try
        {
            await trouble();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            Simulated.Fail(broken);
        }

        _underWay--;
    }
}
