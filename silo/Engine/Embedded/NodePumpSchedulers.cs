#if ENGINE_EMBEDDED
using StreamForge.Embedded.Nodes;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Engine;

/// <summary>
/// Pumps on queues of an embedded node: they pause and die with it, and take their turns from the node's scheduler, which is a
/// seeded one in simulation. Registered before <see cref="SiloServices.AddMarketSilo"/> it takes the place of the thread pool.
/// </summary>
public sealed class NodePumpSchedulers(EmbeddedNode node) : IPumpSchedulers
{
    private int _created;

    public TaskScheduler Create() => node.CreateQueue($"pump-{Interlocked.Increment(ref _created)}");

    // Who is next is the node's scheduler's choice, at every turn.
    public ValueTask Turn(object pump) => ValueTask.CompletedTask;

    public void EndTurn(object pump)
    {
    }
}
#endif
