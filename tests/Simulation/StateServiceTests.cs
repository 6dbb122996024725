using StreamForge.Embedded.Simulation;
using StreamForge.Silo.Storage;
using StreamForge.Simulation.World;

namespace StreamForge.Tests.Simulation;

/// <summary>Storage as a service of the world.</summary>
public sealed class StateServiceTests
{
    [Fact]
    public void Whoever_looks_into_storage_hears_that_it_died_meanwhile()
    {
        var world = new SimulatedWorld(1);
        var reach = new Reach();
        var disks = Enumerable.Range(0, 2).Select(_ => Disks.Create(world, new Weather(world.Random), reach, Trouble.StoreDiskFails));
        var states = new StateService(world, [.. disks], new EventCounter<StateService>(reach, new Story(() => world.Elapsed, false)));
        world.Run(
            async () =>
            {
                await states.Start();
                var looking = states.ETagOf(RowsOf.Grains, "kind", "id");
                states.Crash();
                await Assert.ThrowsAsync<StateStoreException>(() => looking);
                await Assert.ThrowsAsync<StateStoreException>(() => states.ETagOf(RowsOf.Grains, "kind", "id"));
            },
            TimeSpan.FromMinutes(1));
    }
}
