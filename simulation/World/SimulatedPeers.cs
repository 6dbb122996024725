using Microsoft.Extensions.DependencyInjection;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Simulation.World;

/// <summary>What the nodes of the world tell each other beside calls of grains: some of it is not heard.</summary>
internal sealed class SimulatedPeers(PlatformWorld world, string self) : IPlatformPeers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async ValueTask<IReadOnlyList<PlatformStatus>> Ask(CancellationToken cancellation)
    {
        var said = new List<PlatformStatus>();
        foreach (var node in Others())
            await OnNode(node, async () => said.Add(await node.Services.GetRequiredService<PlatformStatusBoard>().Gather(cancellation)));
        return said;
    }

    public async ValueTask LookAtPauses(CancellationToken cancellation)
    {
        foreach (var node in Others())
            if (world.Simulated.Random.Next(3) > 0)
                await OnNode(node, async () => await node.Services.GetRequiredService<PauseBoard>().Refresh(cancellation));
    }

    public async ValueTask<OrderAnswer?> Unpark(ParkedPlace place, CancellationToken cancellation)
    {
        OrderAnswer? answer = null;
        foreach (var node in Others())
            if (answer is null)
                await OnNode(node, async () => answer = await node.Services.GetRequiredService<Unparking>().Unpark(place));
        return answer;
    }

    private IEnumerable<NodeHost> Others() => world.Heard.Where(node => node.Name != self);

    /// <summary>A node that dies, or whose storage does, says nothing.</summary>
    private async Task OnNode(NodeHost node, Func<Task> work)
    {
        try
        {
            await node.Node.Run(work).WaitAsync(Patience, world.Simulated.Time);
        }
        catch (Exception error) when (error is TimeoutException or StateStoreException or OperationCanceledException)
        {
            world.Story.Tell($"{node.Name} did not hear its peer: {error.Message}");
        }
    }
}
