namespace StreamForge.Tests.Support;

/// <summary>Chance that can be had again: a new seed with every run, said in the test's output.</summary>
public static class Seeded
{
    public static Random NewRandom()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
