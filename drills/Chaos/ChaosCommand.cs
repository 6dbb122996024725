using System.CommandLine;
using System.Globalization;
using StreamForge.Drills.Rigs;
using StreamForge.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Standalone.Commands;

namespace StreamForge.Drills.Chaos;

/// <summary><c>chaos</c>: real processes under load, and one disaster after the other.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { CustomParser = result => ArgumentValues.ParseMinutes(result, 10_000), Description = "How long: 0.5 is half a minute.", DefaultValueFactory = _ => 3 };
        var seed = new Option<int?>("--seed") { Description = "Which disasters, when and how long (default: another one each time). What processes make of them is theirs." };
        var silos = new Option<int>("--silos") { CustomParser = ArgumentValues.ParseWhole, Description = "Silos of the cluster, on the engine orleans.", DefaultValueFactory = _ => 3 };
        silos.Validators.Add(result => ArgumentValues.Range(result, 1, 20));
        var data = new Option<string?>("--data") { Description = "Folder for data and logs (default: one of its own, removed when all is well)." };
        var command = new Command("chaos", "Hurts real processes under load, and checks that nothing is lost.") { minutes, seed, silos, data };
        command.SetAction((parsed, cancellation) => Run(
            TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(seed) ?? Environment.TickCount & int.MaxValue, parsed.GetValue(silos),
            parsed.GetValue(data), cancellation));
        return command;
    }

    private static async Task<int> Run(TimeSpan length, int seed, int silos, string? data, CancellationToken cancellation)
    {
        using var signal = new ShutdownSignal(TimeSpan.FromMinutes(1), cancellation);
        var folder = data is null ? Directory.CreateTempSubdirectory("streamforge-chaos-").FullName : Directory.CreateDirectory(data).FullName;
        Say($"{length.TotalMinutes.ToString("0.##", CultureInfo.InvariantCulture)} min, seed {seed}; logs in {folder}");
        try
        {
            await using (var rig = await Start(folder, silos, seed, signal.Asked))
            {
                Say($"{rig.Name} is up, under load");
                await new ChaosRun(rig, seed, Say).Run(length, signal.Asked);
            }
            if (data is null)
                Directory.Delete(folder, recursive: true);
            return ExitCodes.Ok;
        }
        catch (DrillFailedException error)
        {
            Say($"{error.Message} (seed {seed}, logs in {folder})");
            return ExitCodes.CannotStart;
        }
        catch (OperationCanceledException) when (signal.Asked.IsCancellationRequested)
        {
            Say("ended before it was done");
            return ExitCodes.Ok;
        }
    }

    private static async Task<IChaosRig> Start(string folder, int silos, int seed, CancellationToken cancellation) => GrainEngine.Name == "orleans"
        ? await ChaosCluster.Start(new ClusterRigOptions { Silos = silos, Seed = seed, Folder = folder }, cancellation)
        : await ChaosPlatform.Start(folder, instruments: 24, rate: 240, seed, cancellation);

    private static void Say(string what) => Console.Error.WriteLine("chaos: " + what);
}
