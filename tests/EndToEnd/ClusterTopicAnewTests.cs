using StreamForge.Contracts.Streams;
using StreamForge.Drills;
using StreamForge.Tests.EndToEnd.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// A topic that is deleted under a cluster of real processes. Mock brokers delete no topics: this wants real ones, named by KAFKA_BOOTSTRAP.
/// </summary>
[Collection(ClusterCollection.Name)]
public class ClusterTopicAnewTests(ClusterFixture cluster, ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(Topics.RawMarket)]
    [InlineData(Topics.MarketDepth)]
    [InlineData(Topics.MarketTrades)]
    public async Task A_topic_that_is_made_anew_is_another_log_and_nothing_of_the_old_one_is_missed_in_silence(string topic)
    {
        var rig = cluster.Rig;
        Assert.SkipWhen(rig.Options.Kafka is null, "NOT RUN: a topic that is deleted wants a real Kafka. Name one by KAFKA_BOOTSTRAP.");
        await rig.AllLive(Deadline);
        var before = (await rig.Rows.Read()).Where(row => row.Topic == topic).ToDictionary(row => row.Partition);
        var logs = rig.Processes.Silos.ToDictionary(silo => silo.Name, silo => rig.LogOf(silo.Name).Length);

        await rig.DeleteTopic(topic);
        // Each partition is read under another log id, from its start: a row of its own.
        var took = await Until.Nothing(
            async () => (await rig.Rows.Read()).Count(row => row.Topic == topic) is var rows && rows >= 2 * before.Count ? null : $"{rows} rows",
            Deadline,
            "the new log is read");
        output.WriteLine($"{topic} was read anew after {took.TotalSeconds:0.0} s");
        await cluster.EndsWell();

        Assert.Contains(logs, log => rig.LogOf(log.Key)[log.Value..].Contains($"{topic} was deleted and created anew", StringComparison.Ordinal));
    }
}
