using StreamForge.Embedded.Simulation;
using StreamForge.Silo.Files;

namespace StreamForge.Simulation.World;

/// <summary>The disks of the world: they take their time, and fail when the weather says so.</summary>
internal static class Disks
{
    private static readonly TimeSpan Usual = TimeSpan.FromMicroseconds(500);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(400);

    public static SimulatedFileSystem Create(SimulatedWorld world, Weather weather, Reach reach, string failing) =>
        Attach(new SimulatedFileSystem(), world, weather, reach, failing);

    /// <summary>Completes in the middle of the next write: after its bytes were handed over, and a while before they are durable.</summary>
    public static Task AmidNextWrite(this SimulatedFileSystem disk, SimulatedWorld world)
    {
        var usual = disk.Before!;
        var amid = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        disk.Before = async (operation, path) =>
        {
            if (operation != DiskOperation.Sync)
            {
                await usual(operation, path);
                return;
            }

            disk.Before = usual;
            amid.SetResult();
            await Task.Delay(Slow, world.Time);
        };
        return amid.Task;
    }

    /// <summary>Makes a disk one of this world.</summary>
    public static SimulatedFileSystem Attach(
        SimulatedFileSystem disk, SimulatedWorld world, Weather weather, Reach reach, string failing)
    {
        disk.Before = async (operation, _) =>
        {
            if (weather.Strikes(Trouble.DiskSlow))
            {
                reach.Count("strike/" + Trouble.DiskSlow);
                await Task.Delay(world.Chance(Slow), world.Time);
            }
            else if (world.Random.Next(4) == 0)
            {
                await Task.Delay(world.Chance(Usual), world.Time);
            }

            if (operation is DiskOperation.Append or DiskOperation.Sync && weather.Strikes(failing))
            {
                reach.Count("strike/" + failing);
                throw new IOException("The disk does not want to.");
            }
        };
        return disk;
    }
}
