using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using StreamForge.Embedded.Nodes;
using StreamForge.Embedded.Simulation;

namespace StreamForge.Tests.Engine.Embedded;

/// <summary>Nodes that stall, die and are taken for dead, in simulated worlds; each test under several seeds.</summary>
public sealed class NodeTests
{
    private const string Key = "grain";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly GrainId Id = GrainId.Create("node", Key);

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5];

    [Theory, MemberData(nameof(Seeds))]
    public void A_grain_lives_on_one_node_and_is_called_from_all(int seed)
    {
        var (world, probe, one, two) = NewWorld(seed);
        world.Run(
            async () =>
            {
                Assert.Equal(1, await one.GetGrain<INodeGrain>(Key).Life());
                Assert.Equal(1, await two.GetGrain<INodeGrain>(Key).Life());
                Assert.Equal((1, 0), (one.ActivationCount, two.ActivationCount));
            },
            Limit);
        Assert.Equal(["activated"], probe.Notes(Key));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_stale_directory_makes_duplicates(int seed)
    {
        var (world, probe, one, two) = NewWorld(seed);
        world.Run(
            async () =>
            {
                Assert.Equal(1, await one.GetGrain<INodeGrain>(Key).Life());
                world.Cluster.Directory.Forget(Id);
                Assert.Equal(2, await two.GetGrain<INodeGrain>(Key).Life());
                Assert.Equal(1, await one.GetGrain<INodeGrain>(Key).Life());
                Assert.Equal((1, 1), (one.ActivationCount, two.ActivationCount));

                // The end of the first does not take the second's place in the directory.
                await one.Stop(CancellationToken.None);
                Assert.Equal(2, await two.GetGrain<INodeGrain>(Key).Life());
            },
            Limit);
        Assert.Equal(["activated", "activated", "deactivating 1: ShuttingDown"], probe.Notes(Key));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_directory_that_is_put_right_ends_duplicates_and_knows_the_others_again(int seed)
    {
        var (world, probe, one, two) = NewWorld(seed);
        world.Run(
            async () =>
            {
                Assert.Equal(1, await one.GetGrain<INodeGrain>(Key).Life());
                world.Cluster.Directory.Forget(one);
                one.JoinAgain();
                Assert.Equal(1, await two.GetGrain<INodeGrain>(Key).Life());

                world.Cluster.Directory.Forget(one);
                Assert.Equal(2, await two.GetGrain<INodeGrain>(Key).Life());
                one.JoinAgain();
                await Until(world, () => one.ActivationCount == 0);
                Assert.Equal(2, await one.GetGrain<INodeGrain>(Key).Life());
            },
            Limit);
        Assert.Equal(["activated", "activated", "deactivating 1: DuplicateActivation"], probe.Notes(Key));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Of_a_node_that_dies_nothing_runs_any_more(int seed)
    {
        var (world, probe, one, two) = NewWorld(seed);
        world.Run(
            async () =>
            {
                var waiting = Waiting(one, two);
                await Until(world, () => probe.Notes(Key).Contains("waiting"));
                one.Crash();
                probe.Open(Key);

                // Nobody knows yet: calls go unanswered.
                await Assert.ThrowsAsync<TimeoutException>(async () => await two.GetGrain<INodeGrain>(Key).Life());
                await Assert.ThrowsAsync<TimeoutException>(() => waiting);

                world.Cluster.DeclareDead(one);
                Assert.Equal(2, await two.GetGrain<INodeGrain>(Key).Life());
            },
            Limit);
        Assert.Equal(["activated", "waiting", "activated"], probe.Notes(Key));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Calls_that_wait_for_a_dead_node_fail_when_the_cluster_notices(int seed)
    {
        var (world, probe, one, two) = NewWorld(seed);
        world.Run(
            async () =>
            {
                var waiting = Waiting(one, two);
                await Until(world, () => probe.Notes(Key).Contains("waiting"));
                one.Crash();
                world.Cluster.DeclareDead(one);
                await Assert.ThrowsAsync<SiloUnavailableException>(() => waiting);
            },
            Limit);
        Assert.Equal(["activated", "waiting"], probe.Notes(Key));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_node_that_stalls_goes_on_later_as_a_zombie_if_it_was_taken_for_dead(int seed)
    {
        var (world, probe, one, two) = NewWorld(seed);
        world.Run(
            async () =>
            {
                var waiting = Waiting(one, two);
                await Until(world, () => probe.Notes(Key).Contains("waiting"));
                one.Pause();
                probe.Open(Key);
                await Assert.ThrowsAsync<TimeoutException>(() => waiting);
                Assert.DoesNotContain("after", probe.Notes(Key));

                world.Cluster.DeclareDead(one);
                Assert.Equal(2, await two.GetGrain<INodeGrain>(Key).Life());
                one.Resume();
                await Until(world, () => probe.Notes(Key).Contains("finally"));
                Assert.Equal(1, await one.GetGrain<INodeGrain>(Key).Life());
            },
            Limit);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Timers_tick_by_the_virtual_clock(int seed)
    {
        var (world, probe, one, _) = NewWorld(seed);
        world.Run(
            async () =>
            {
                await one.GetGrain<INodeGrain>(Key).Tick(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromSeconds(9.5), world.Time);
            },
            Limit);
        Assert.Equal(10, probe.Notes(Key).Length);
    }

    [Fact]
    public void What_leaves_the_thread_is_found_out()
    {
        // When the stray thread comes back is up to real time: the first world that is still running then tells.
        for (var attempt = 1; ; attempt++)
        {
            Assert.True(attempt <= 1_000, "The stray was never found out.");
            var (world, _, one, _) = NewWorld(seed: attempt);
            var thrown = Record.Exception(() => world.Run(
                async () =>
                {
                    _ = one.GetGrain<INodeGrain>(Key).Stray().AsTask();
                    await Task.Delay(TimeSpan.FromDays(10), world.Time);
                },
                TimeSpan.FromDays(20)));
            if (thrown is null)
                continue;
            Assert.Contains("left the simulation", Assert.IsType<SimulationException>(thrown).Message, StringComparison.Ordinal);
            return;
        }
    }

    [Fact]
    public void What_waits_for_nothing_is_found_out()
    {
        var world = new SimulatedWorld(seed: 7);
        var thrown = Assert.Throws<SimulationException>(() => world.Run(() => new TaskCompletionSource().Task, Limit));
        Assert.Equal("Seed 7: Nothing can run any more.", thrown.Message);
    }

    private static (SimulatedWorld World, Probe Probe, EmbeddedNode One, EmbeddedNode Two) NewWorld(int seed)
    {
        var world = new SimulatedWorld(seed);
        var probe = new Probe();
        return (world, probe, Add("one"), Add("two"));

        EmbeddedNode Add(string name) => world.AddNode(
            name,
            new EngineOptions { ResponseTimeout = TimeSpan.FromSeconds(1) },
            [typeof(NodeGrain).Assembly],
            services => services.AddSingleton(probe));
    }

    /// <summary>A call from node two that waits in a grain on node one.</summary>
    private static async Task Waiting(EmbeddedNode one, EmbeddedNode two)
    {
        await one.GetGrain<INodeGrain>(Key).Life();
        await two.GetGrain<INodeGrain>(Key).Wait(Key);
    }

    private static async Task Until(SimulatedWorld world, Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(1), world.Time);
    }
}
