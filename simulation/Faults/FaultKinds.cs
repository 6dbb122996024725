using StreamForge.Contracts.Streams;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Faults;

/// <summary>Everything that can go wrong, by name.</summary>
internal static class FaultKinds
{
    private static readonly SortedDictionary<string, Action<PlatformWorld, Fault>> Kinds = new(StringComparer.Ordinal)
    {
        ["node-crash"] = (world, fault) => world.Crash(Pick(world, fault)),
        ["node-pause"] = (world, fault) => world.Pause(Pick(world, fault), fault.For),
        ["node-restart"] = (world, fault) => _ = world.Restart(Pick(world, fault)),
        ["stale-directory"] = (world, fault) => world.ForgetHomes(Pick(world, fault), fault.For),
        ["connection-cut"] = (world, fault) => Pick(world, fault).Log.Cut(),
        ["broker-crash"] = (world, fault) =>
            _ = AtOnceOrAmidWrite(world, fault, world.Broker.Disk, () => _ = world.BounceBroker(fault.For)),
        ["storage-crash"] = (world, fault) =>
            _ = AtOnceOrAmidWrite(world, fault, world.States.Disks[fault.Target / 2 % 2], () => _ = world.BounceStorage(fault.For)),
        ["storage-set-back"] = (world, fault) => _ = world.SetStorageBack(),
        ["log-anew"] = (world, fault) => _ = world.BounceBroker(fault.For, () => world.Broker.Forget(Topic(fault))),
        ["retention"] = (world, fault) => _ = world.Retain(fault.For),
        ["clock-jump"] = (world, fault) => Pick(world, fault).Machine.Skew = MaxSkew * ((fault.Target % 41 - 20) / 20.0),
        ["defect"] = Ailing(Ailment.Throws),
        ["key-slow"] = Ailing(Ailment.Slow),
        ["key-unanswered"] = Ailing(Ailment.Unanswered),
        ["operator-unparks"] = (world, fault) => _ = world.UnderWay(world.Operators.Unpark),
        ["operator-pauses"] = (world, fault) =>
            _ = world.UnderWay(() => world.Operators.Pause(new TopicPartition(Topic(fault), fault.Target / 3 % world.Plan.Partitions), fault.For * 3)),
        ["operator-replays"] = (world, fault) => _ = world.UnderWay(world.Operators.Replay),
        ["operator-discards"] = (world, fault) => _ = world.UnderWay(world.Operators.Discard),
        ["operator-misrules"] = (world, fault) => _ = world.UnderWay(() => Misrule(world, fault)),
        ["link-cut"] = (world, _) => world.Venue.Disconnect(),
        ["avalanche"] = (world, fault) => world.Venue.Avalanche(fault.Target, 60),
        ["poison"] = (world, fault) => world.Venue.Poison(fault.Target, fault.Target / 7),
        [Trouble.CallLost] = Weather(Trouble.CallLost, 0.05),
        [Trouble.AnswerLost] = Weather(Trouble.AnswerLost, 0.05),
        [Trouble.CallLate] = Weather(Trouble.CallLate, 0.2),
        [Trouble.StoreFails] = Weather(Trouble.StoreFails, 0.4),
        [Trouble.StoreAmbiguous] = Weather(Trouble.StoreAmbiguous, 0.4),
        [Trouble.StoreSlow] = Weather(Trouble.StoreSlow, 0.5),
        [Trouble.LogDiskFails] = Weather(Trouble.LogDiskFails, 0.2),
        [Trouble.StoreDiskFails] = Weather(Trouble.StoreDiskFails, 0.2),
        [Trouble.DiskSlow] = Weather(Trouble.DiskSlow, 0.2),
        [Trouble.FrameLost] = Weather(Trouble.FrameLost, 0.2),
        [Trouble.FrameTwice] = Weather(Trouble.FrameTwice, 0.3),
        [Trouble.FrameLate] = Weather(Trouble.FrameLate, 0.2),
        [Trouble.FrameDamaged] = Weather(Trouble.FrameDamaged, 0.1),
        [Trouble.LinkSilent] = Weather(Trouble.LinkSilent, 1),
        [Trouble.SourceFails] = Weather(Trouble.SourceFails, 0.5),
        [Trouble.SourceSlow] = Weather(Trouble.SourceSlow, 0.5),
        [Trouble.SourceOld] = Weather(Trouble.SourceOld, 0.5),
        [Trouble.SourceAnswerLost] = Weather(Trouble.SourceAnswerLost, 0.4),
    };

    public static IReadOnlyList<string> Names { get; } = [.. Kinds.Keys];

    public static void Begin(PlatformWorld world, Fault fault)
    {
        world.Reach.Count("fault/" + fault.Kind);
        world.Note($"fault {fault.Kind}");
        Kinds[fault.Kind](world, fault);
    }

    private static async Task AtOnceOrAmidWrite(PlatformWorld world, Fault fault, SimulatedFileSystem disk, Action crash)
    {
        if (fault.Target % 2 != 0)
            await disk.AmidNextWrite(world.Simulated);
        // Nothing may have been written for long.
        if (world.Simulated.Elapsed < world.Plan.Length)
            crash();
    }

    /// <summary>A node starts with a rule that no trade keeps, so that all of them become dead letters; in time it starts with the right one.</summary>
    private static async Task Misrule(PlatformWorld world, Fault fault)
    {
        await world.Restart(Pick(world, fault), isStrict: true);
        await Task.Delay(fault.For * 2, world.Simulated.Time);
        if (world.Heard.FirstOrDefault(node => node.IsStrict) is not { } strict)
            return;
        await world.Restart(strict);
        await world.Operators.Replay();
    }

    private static NodeHost Pick(PlatformWorld world, Fault fault) => world.Nodes[fault.Target % world.Nodes.Count];

    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    private static string Topic(Fault fault) => (fault.Target % 3) switch
    {
        0 => Topics.RawMarket,
        1 => Topics.MarketDepth,
        _ => Topics.MarketTrades,
    };

    private static Action<PlatformWorld, Fault> Ailing(Ailment ailment) => (world, fault) =>
    {
        var instrument = world.Venue.Instruments[fault.Target % world.Venue.Instruments.Count].Instrument;
        world.Ailments.Begin(instrument, ailment);
        _ = world.Later(fault.For, () => world.Ailments.End(instrument));
    };

    private static Action<PlatformWorld, Fault> Weather(string kind, double strength) => (world, fault) =>
    {
        var trouble = world.Weather.Begin(kind, strength);
        _ = world.Later(fault.For, trouble.Dispose);
    };
}
