#pragma warning disable RS0030 // Outside of the world: how long it takes people to wait for it.
using System.Diagnostics;
using System.Globalization;
using StreamForge.Embedded.Simulation;
using StreamForge.Simulation.Laws;
using StreamForge.Simulation.World;

var (seeds, from, minutes, explain) = (100, 1, double.MaxValue, false);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    if (!double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value))
        return Wrong($"{args[i]} wants a number, not '{args[i + 1]}'");
    switch (args[i])
    {
        case "--seeds": seeds = (int)value; break;
        case "--from": from = (int)value; break;
        case "--minutes": minutes = value; break;
        case "--explain": (from, seeds, explain) = ((int)value, 1, true); break;
        default: return Wrong($"unknown option '{args[i]}'");
    }
}

if (args.Length % 2 != 0)
    return Wrong($"{args[^1]} wants a value");
var (watch, reach, virtualTime) = (Stopwatch.StartNew(), new Reach(), TimeSpan.Zero);
for (var done = 0; done < seeds && watch.Elapsed.TotalMinutes < minutes; done++)
{
    var plan = RunPlan.Of(from + done);
    var (world, failure) = Try(plan, explain);
    virtualTime += world.Simulated.Elapsed;
    reach.Add(world.Reach);
    if (explain)
        foreach (var line in world.Story.Lines)
            Console.WriteLine(line);
    Console.Error.Write(string.Create(CultureInfo.InvariantCulture,
        $"\r{done + 1}/{seeds} seeds, {(done + 1) / watch.Elapsed.TotalSeconds:F2} seeds/s, {virtualTime / watch.Elapsed:F0} x real time "));
    if (failure is null)
        continue;
    Console.Error.WriteLine();
    Console.WriteLine($"seed {plan.Seed}: {failure.Message}");
    var shrunk = Shrink(plan, failure);
    Console.WriteLine($"still fails with {shrunk.Faults.Count} of {plan.Faults.Count} faults:");
    foreach (var fault in shrunk.Faults)
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {fault.At.TotalSeconds,8:F3} s {fault.Kind} ({fault.Target}) for {fault.For.TotalSeconds:F1} s"));
    var entity = (failure as LawBrokenException)?.Entity ?? "";
    foreach (var line in Try(shrunk, tells: true).World.Story.Lines.Where(l => entity.Length == 0 || l.Contains(entity, StringComparison.Ordinal)).TakeLast(40))
        Console.WriteLine(line);
    Console.WriteLine($"repeat: ./platform simulate --explain {plan.Seed}");
    return 1;
}

Console.Error.WriteLine();
foreach (var (name, count) in reach.Counts)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,12:N0}  {name}"));
return 0;

static int Wrong(string what)
{
    Console.Error.WriteLine($"simulate: {what}. Options: --seeds N, --from N, --minutes M, --explain SEED");
    return 2;
}

static (PlatformWorld World, Exception? Failure) Try(RunPlan plan, bool tells)
{
    var world = new PlatformWorld(plan, [new ContentLaw(), new WatermarkLaw(), new MercyLaw()], tells);
    try
    {
        world.Run();
        return (world, null);
    }
    catch (Exception e) when (e is not OutOfMemoryException)
    {
        return (world, e);
    }
}

static RunPlan Shrink(RunPlan plan, Exception failure)
{
    var law = (failure as LawBrokenException)?.Law;
    for (var i = plan.Faults.Count - 1; i >= 0; i--)
    {
        var fewer = plan.With([.. plan.Faults.Where((_, n) => n != i)]);
        if (Try(fewer, tells: false).Failure is { } still && (still as LawBrokenException)?.Law == law)
            plan = fewer;
    }

    return plan;
}
