using StreamForge.Contracts.Streams;
using StreamForge.Drills;
using StreamForge.Drills.Rigs;
using StreamForge.Tests.EndToEnd.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A PostgreSQL that is restored from an older copy under a cluster of real processes.</summary>
[Collection(ClusterCollection.Name)]
public class ClusterSetBackTests(ClusterFixture cluster, ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Silos_that_live_on_read_again_what_the_restored_database_does_not_have()
    {
        var rig = cluster.Rig;
        await rig.AllLive(Deadline);
        rig.Postgres.Backup();
        var before = await rig.Rows.Read();
        await Until.Nothing(() => Behind(rig, before), Deadline, "much was stored since the copy");
        var logs = rig.Processes.Silos.ToDictionary(silo => silo.Name, silo => rig.LogOf(silo.Name).Length);

        rig.Postgres.Restore();
        rig.Rows.Forget();
        await cluster.EndsWell();

        var said = logs.SelectMany(log => rig.LogOf(log.Key)[log.Value..].Split('\n')).Where(line => line.Contains("storage was set back", StringComparison.Ordinal));
        var noticed = said.Select(Noticed).ToHashSet(StringComparer.Ordinal);
        output.WriteLine($"{noticed.Count} partitions were read again");
        Assert.Superset(before.Where(static row => row.Topic != Topics.DeadLetters).Select(static row => $"{row.Topic}/{row.Partition}").ToHashSet(), noticed);
    }

    private static string Noticed(string line) => line[..line.IndexOf(": storage was", StringComparison.Ordinal)].Split(' ')[^1];

    /// <summary>Each partition that is fed has gone on by so many records.</summary>
    private static async Task<string?> Behind(ClusterRig rig, IReadOnlyList<PartitionRowSeen> before)
    {
        var marks = before.ToDictionary(row => row.Key, row => row.LowWater);
        var poor = (await rig.Rows.Read()).FirstOrDefault(row => row.Topic != Topics.DeadLetters && row.LowWater < marks.GetValueOrDefault(row.Key) + 50);
        return poor?.ToString();
    }
}
