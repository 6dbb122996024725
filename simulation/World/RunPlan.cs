namespace StreamForge.Simulation.World;

/// <summary>Something that goes wrong at a time of the run.</summary>
/// <param name="Kind">Its name: see <see cref="Faults.FaultKinds"/>.</param>
/// <param name="Target">Which of the nodes, instruments or topics, by number.</param>
/// <param name="For">How long it lasts.</param>
internal sealed record Fault(TimeSpan At, string Kind, int Target, TimeSpan For);

/// <summary>A run, all of it decided by the seed before it begins: so that faults can be taken out and the rest stays.</summary>
internal sealed record RunPlan(
    int Seed, int Nodes, int Partitions, int Instruments, int Speed, int Events, TimeSpan Length, IReadOnlyList<Fault> Faults)
{
    private const int LeastEvents = 2_000;

    public static RunPlan Of(int seed)
    {
        var random = new Random(seed);
        var length = TimeSpan.FromSeconds(50 + random.Next(20));
        var faults = new List<Fault>();
        var kinds = Simulation.Faults.FaultKinds.Names;
        for (var i = 20 + random.Next(9); i > 0; i--)
            faults.Add(new Fault(
                TimeSpan.FromMilliseconds(3_000 + random.Next((int)length.TotalMilliseconds - 4_000)),
                kinds[random.Next(kinds.Count)],
                random.Next(1_000),
                TimeSpan.FromMilliseconds(200 + random.Next(6_000))));
        return new RunPlan(
            seed, 3 + random.Next(2), 2 + random.Next(2), 4 + random.Next(3), random.Next(2) == 0 ? 1 : 900,
            LeastEvents + random.Next(200), length, [.. faults.OrderBy(f => f.At)]);
    }

    /// <summary>Whether nothing was taken out of it.</summary>
    public bool IsWhole { get; private init; } = true;

    public RunPlan With(IReadOnlyList<Fault> faults) => this with { Faults = faults, IsWhole = false };
}
