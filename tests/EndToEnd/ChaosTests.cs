using StreamForge.Drills.Chaos;
using StreamForge.Silo.Engine;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A short run of <c>./platform chaos</c> on one process and files: each disaster once. STREAMFORGE_SEED repeats one.</summary>
public class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_each_disaster_once_all_equals_what_the_exchange_says()
    {
        Assert.SkipWhen(GrainEngine.Name != "embedded", "On Orleans it is the cluster that is hurt, by the tests of clusters.");
        using var folder = new TempFolder();
        var seed = int.TryParse(Environment.GetEnvironmentVariable("STREAMFORGE_SEED"), out var asked) ? asked : Environment.TickCount & int.MaxValue;
        output.WriteLine($"seed {seed}");
        await using var rig = await ChaosPlatform.Start(folder.Path, instruments: 6, rate: 120, seed, CancellationToken.None);
        await new ChaosRun(rig, seed, output.WriteLine).RunTimes(rig.Disasters.Count, CancellationToken.None);
    }
}
