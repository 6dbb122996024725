using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
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
    public async Task A_silo_that_wakes_up_after_others_took_its_partitions_overwrites_nothing_and_leaves()
    {
        var rig = cluster.Rig;
        // Woken up, a silo sees in the table of members that it was declared dead, and is gone before it has done anything. This one cannot
        // see the table at first, and serves on and writes all that it can.
        await using var table = new TcpCut(new UnixDomainSocketEndPoint(rig.Postgres.Socket));
        await rig.Terminate(Held);
        await rig.Joins(
            processes => processes.RestartSilo(
                Held, $"--StreamForge:Cluster:ConnectionString=Host=127.0.0.1;Port={table.Port};Username=postgres;Database=postgres"),
            Deadline);
        await rig.AllLive(Deadline);

        await using var reader = new SteadyReader(rig.Api.BaseAddress!, rig.Symbols);
        var held = rig.Processes.Silos[Held - 1];
        var before = (await rig.Rows.Read()).Where(row => row.Owner == held.Name).ToDictionary(row => row.Key);
        Assert.NotEmpty(before);
        var logBefore = rig.LogOf(held.Name).Length;

        held.Send(UnixSignal.Stop);
        table.Cut();
        var moved = await Until.Nothing(() => NotTakenOver(rig, before), Deadline, "others have its partitions and go on");
        await rig.AllLive(Deadline);
        Say($"others had its {before.Count} partitions, and had gone on, {moved.TotalSeconds:0.0} s after it was held");

        await using (var watch = new RowWatch(rig.Rows))
        {
            held.Send(UnixSignal.Continue);
            await Until.Holds(
                () => Task.FromResult(held.HasExited || Refused(rig, held, logBefore).States > 0), Deadline, "a state that it writes is refused");
            table.Mend();
            var (states, rows) = Refused(rig, held, logBefore);
            var leaving = Stopwatch.GetTimestamp();
            await ClusterRig.Ended(held, Deadline);
            Say($"woken up it was refused {states} states and {rows} partitions; it left {Stopwatch.GetElapsedTime(leaving).TotalSeconds:0.0} s after it could see that it had been declared dead");
            Assert.True(states > 0);
            await watch.End();
            Assert.Empty(watch.Faults);
        }

        // It is back as a new member.
        await rig.Joins(processes => processes.RestartSilo(Held), Deadline);
        await cluster.EndsWell();
        await reader.End();
        Say($"the reader: {reader}");
        Assert.Empty(reader.StepsBack);
    }

    private static (int States, int Rows) Refused(ClusterRig rig, ManagedProcess silo, int from)
    {
        var said = rig.LogOf(silo.Name)[from..];
        return (Count(said, "another activation wrote its state"), Count(said, "is fenced off"));
    }

    private static async Task<string?> NotTakenOver(ClusterRig rig, Dictionary<(string, string, int), PartitionRowSeen> before)
    {
        foreach (var row in await rig.Rows.Read())
            if (before.TryGetValue(row.Key, out var former) && (row.Owner == former.Owner || row.LowWater <= former.LowWater))
                return $"{row}";
        return null;
    }

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private void Say(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
