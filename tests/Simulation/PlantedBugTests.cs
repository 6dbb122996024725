using Microsoft.Extensions.DependencyInjection;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Silo.Storage;
using StreamForge.Simulation.Running;
using StreamForge.Simulation.World;

namespace StreamForge.Tests.Simulation;

/// <summary>Bugs that the laws must find: a law that cannot be broken proves nothing.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int Within = 12;

    [Fact]
    public void A_mark_stored_before_its_records_are_durable() => Finds(
        "L1 nothing lost", services => Wrap<IPartitionStore>(services, inner => new HastyMarks(inner)));

    [Fact]
    public void A_write_acknowledged_and_not_stored() => Finds(
        "L1 nothing lost", services => Wrap<IStateStore>(services, inner => new ForgetfulStore(inner)));

    [Fact]
    public void Storage_that_lets_everybody_overwrite() => Finds(
        // What was overwritten is never delivered again: found as soon as a mark passes it, or at the end.
        ["L1 nothing lost", "liveness"], services => Wrap<IStateStore>(services, inner => new UnconditionalStore(inner)));

    [Fact]
    public void An_activation_that_trusts_what_was_said_of_another_ones_memory() => Finds(
        "L3 no silent gap",
        services => Wrap<IFeedStandings>(services, inner => new Standings((topic, partition, key, source) =>
            inner.Of(topic, partition, key, source) with { Delivered = null })));

    [Fact]
    public void A_watermark_that_overtakes_the_records_before_it() => Finds(
        "L3 no silent gap",
        services => Wrap<IFeedStandings>(services, inner => new Standings((topic, partition, key, source) =>
            inner.Of(topic, partition, "nobody", source) with { Delivered = null })));

    [Fact]
    public void A_source_asked_too_much_at_once() => Finds(
        "L6 bounded mercy", services => services.ConfigureAll<GovernorOptions>(options => options.MaxConcurrent = PlatformWorld.SourceConcurrency + 1));

    private void Finds(string law, Action<IServiceCollection> planted) => Finds([law], planted);

    private void Finds(string[] laws, Action<IServiceCollection> planted)
    {
        for (var seed = 1; seed <= Within; seed++)
        {
            var outcome = SimulationRun.Of(RunPlan.Of(seed), planted: planted);
            if (outcome.Failure is null)
                continue;
            output.WriteLine($"seed {seed}: {outcome.Failure.Message}");
            Assert.Contains(outcome.Law, laws);
            return;
        }

        Assert.Fail($"Not found within {Within} seeds.");
    }

    private static void Wrap<T>(IServiceCollection services, Func<T, T> wrap)
        where T : class
    {
        var inner = (T)services.Last(service => service.ServiceType == typeof(T)).ImplementationInstance!;
        services.AddSingleton(wrap(inner));
    }

    private sealed class Standings(Func<string, int?, string, string, FeedStanding> of) : IFeedStandings
    {
        public FeedStanding Of(string topic, int? partition, string key, string source) => of(topic, partition, key, source);
    }
}
