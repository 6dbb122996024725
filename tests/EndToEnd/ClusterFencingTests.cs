using System.Globalization;
using System.Net.Sockets;
using StreamForge.Contracts.Streams;
using StreamForge.Drills;
using StreamForge.Drills.Rigs;
using StreamForge.Drills.Watching;
using StreamForge.Standalone.Cluster;
using StreamForge.Tests.EndToEnd.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// One writer: a silo that is held past its session and its membership, under load, while others take its partitions and go on, and that
/// then wakes up with all it had in memory, and writes.
/// </summary>
[Collection(ClusterCollection.Name)]
public class ClusterFencingTests(ClusterFixture cluster, ITestOutputHelper output)
{
    private const int Held = 2;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_silo_that_wakes_up_after_others_took_its_partitions_leaves()
    {
        var rig = cluster.Rig;
        await rig.AllLive(Deadline);
        await using var reader = new SteadyReader(rig.Api.BaseAddress!, rig.Symbols);
        var held = await HoldUntilOthersGoOn(rig);
        await using (var watch = new RowWatch(rig.Rows))
        {
            held.Send(UnixSignal.Continue);
            await ClusterRig.Ended(held, Deadline);
            Say($"it left {(await watch.End()).TotalSeconds:0.0} s after it woke up");
            Assert.Empty(watch.Faults);
        }
        // It is back as a new member.
        await rig.Joins(processes => processes.RestartSilo(Held), Deadline);
        await cluster.EndsWell();
        await reader.End();
        Say($"the reader: {reader}");
        Assert.Empty(reader.StepsBack);
    }

    /// <summary>
    /// Woken up, a silo sees in the table of members that it was declared dead, and is gone before it has done anything. This one cannot see the
    /// table, and is asked to end in order: it stores all that it holds, or would.
    /// </summary>
    [Fact]
    public async Task What_a_silo_writes_that_does_not_know_that_others_took_its_partitions_is_refused()
    {
        var rig = cluster.Rig;
        await using var table = new TcpCut(new UnixDomainSocketEndPoint(rig.Postgres.Socket));
        await rig.Terminate(Held);
        await rig.Joins(
            processes => processes.RestartSilo(
                Held, $"--StreamForge:Cluster:ConnectionString=Host=127.0.0.1;Port={table.Port};Username=postgres;Database=postgres"),
            Deadline);
        await rig.AllLive(Deadline);

        var logBefore = rig.LogOf(rig.Processes.Silos[Held - 1].Name).Length;
        var held = await HoldUntilOthersGoOn(rig);
        table.Cut();
        await using (var watch = new RowWatch(rig.Rows))
        {
            held.Send(UnixSignal.Continue);
            held.Send(UnixSignal.Terminate);
            await ClusterRig.Ended(held, Deadline);
            await watch.End();
            Assert.Empty(watch.Faults);
        }
        var (states, rows) = Refused(rig, held, logBefore);
        Say($"it was refused {states} states and {rows} partitions, and ended with code {held.ExitCode}");
        Assert.True(states > 0, rig.LogOf(held.Name)[logBefore..]);
        await rig.Joins(processes => processes.RestartSilo(Held), Deadline);
        await cluster.EndsWell();
    }

    private async Task<ManagedProcess> HoldUntilOthersGoOn(ClusterRig rig)
    {
        var held = rig.Processes.Silos[Held - 1];
        var before = (await rig.Rows.Read()).Where(row => row.Owner == held.Name).ToDictionary(row => row.Key);
        Assert.NotEmpty(before);
        held.Send(UnixSignal.Stop);
        TimeSpan moved;
        try
        {
            moved = await Until.Nothing(() => NotTakenOver(rig, before), Deadline, "others have its partitions and go on");
            await rig.AllLive(Deadline);
        }
        catch
        {
            // The other tests have the same cluster.
            held.Send(UnixSignal.Continue);
            throw;
        }
        Say($"others had its {before.Count} partitions, and had gone on, {moved.TotalSeconds:0.0} s after it was held");
        return held;
    }

    private static (int States, int Rows) Refused(ClusterRig rig, ManagedProcess silo, int from)
    {
        var said = rig.LogOf(silo.Name)[from..];
        return (Count(said, "another activation wrote its state"), Count(said, "is fenced off"));
    }

    private static async Task<string?> NotTakenOver(ClusterRig rig, Dictionary<(string, string, int), PartitionRowSeen> before)
    {
        foreach (var row in await rig.Rows.Read())
            if (before.TryGetValue(row.Key, out var former) && (row.Owner == former.Owner || IsFed(row) && row.LowWater <= former.LowWater))
                return $"{row}";
        return null;
    }

    // Where nothing is a dead letter, nothing goes on there.
    private static bool IsFed(PartitionRowSeen row) => row.Topic != Topics.DeadLetters;

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private void Say(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
