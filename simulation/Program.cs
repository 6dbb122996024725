#pragma warning disable RS0030 // Outside of the world: how long it takes people to wait for it.
using System.Diagnostics;
using System.Globalization;
using StreamForge.Simulation.Running;
using StreamForge.Simulation.World;

var (seeds, from, minutes, explain, shrink, digest, threads) = (100, 1, double.MaxValue, false, true, false, Environment.ProcessorCount);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    if (!double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value))
        return Wrong($"{args[i]} wants a number, not '{args[i + 1]}'");
    switch (args[i])
    {
        case "--seeds": seeds = (int)value; break;
        case "--from": from = (int)value; break;
        case "--minutes": minutes = value; break;
        case "--threads" when value >= 1: threads = (int)value; break;
        case "--digest": (from, seeds, digest) = ((int)value, 1, true); break;
        case "--shrink": shrink = value != 0; break;
        case "--explain": (from, seeds, explain) = ((int)value, 1, true); break;
        default: return Wrong($"unknown option '{args[i]}'");
    }
}

if (args.Length % 2 != 0)
    return Wrong($"{args[^1]} wants a value");
var (watch, reach, virtualTime) = (Stopwatch.StartNew(), new Reach(), TimeSpan.Zero);
var done = 0;
foreach (var outcome in SeedBatch.Run(
    Enumerable.Range(from, seeds).TakeWhile(_ => watch.Elapsed.TotalMinutes < minutes), Math.Min(threads, seeds), explain))
{
    if (digest)
        Console.WriteLine(RunDigest.Of(outcome.World));
    virtualTime += outcome.World.Simulated.Elapsed;
    reach.Add(outcome.World.Reach);
    if (explain)
        foreach (var line in outcome.World.Story.Lines)
            Console.WriteLine(line);
    Progress(++done);
    if (outcome.Failure is null)
        continue;
    Console.Error.WriteLine();
    Report(outcome, shrink);
    return 1;
}

Console.Error.WriteLine();
foreach (var (name, count) in reach.Counts)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,12:N0}  {name}"));
var missing = ReachCatalog.Missing(reach);
Console.WriteLine(missing.Count == 0
    ? $"reached all {ReachCatalog.Names.Count} of the catalogue"
    : $"not reached, {missing.Count} of {ReachCatalog.Names.Count}: {string.Join("; ", missing)}");
return 0;

void Progress(int done)
{
    const int width = 30;
    var share = Math.Min(1, Math.Max(done / (double)seeds, watch.Elapsed.TotalMinutes / minutes));
    var bar = new string('#', (int)(share * width)).PadRight(width, '.');
    Console.Error.Write(string.Create(CultureInfo.InvariantCulture,
        $"\r[{bar}] {done}/{seeds} seeds, {done / watch.Elapsed.TotalSeconds:F2} seeds/s, {virtualTime / watch.Elapsed:F0} x real time "));
}

static void Report(RunOutcome failed, bool shrink)
{
    var plan = failed.World.Plan;
    Console.WriteLine($"seed {plan.Seed}: {failed.Failure!.Message}");
    if (!shrink)
        return;
    var shrunk = SimulationRun.Shrink(plan, failed);
    Console.WriteLine($"still fails with {shrunk.Faults.Count} of {plan.Faults.Count} faults:");
    foreach (var fault in shrunk.Faults)
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {fault.At.TotalSeconds,8:F3} s {fault.Kind} ({fault.Target}) for {fault.For.TotalSeconds:F1} s"));
    foreach (var line in SimulationRun.Of(shrunk, tells: true).World.Story.Lines
        .Where(l => failed.Entity.Length == 0 || l.Contains(failed.Entity, StringComparison.Ordinal)).TakeLast(40))
        Console.WriteLine(line);
    Console.WriteLine($"repeat: ./platform simulate --explain {plan.Seed}");
}

static int Wrong(string what)
{
    Console.Error.WriteLine($"simulate: {what}. Options: --seeds N, --from N, --minutes M, --threads N, --explain SEED, --digest SEED, --shrink 0");
    return 2;
}
