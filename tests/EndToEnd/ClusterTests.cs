using System.Globalization;
using StreamForge.Drills;
using StreamForge.Drills.Watching;
using StreamForge.Tests.EndToEnd.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A cluster of real processes under load that loses silos, in disorder and in order, and gets them back.</summary>
[Collection(ClusterCollection.Name)]
public class ClusterTests(ClusterFixture cluster, ITestOutputHelper output)
{
    private const int Killed = 3;
    private const int Restarted = 1;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task After_kill_9_of_a_silo_its_grains_answer_again_ingest_goes_on_and_nothing_is_lost()
    {
        var rig = cluster.Rig;
        var failover = await Failover.Watch(rig, rig.Processes.Silos[Killed - 1].Kill, Deadline);
        Say("reads answered again after", failover.Answered);
        Say("ingest resumed after", failover.Resumed);
        await GrainsLiveWhereTheyAreFed();
        Say("its successor had its share after", [await rig.Joins(processes => processes.RestartSilo(Killed), Deadline)]);
        await cluster.EndsWell();
    }

    /// <summary>All silos, one after the other: <c>./platform bench cluster --parts rolling</c>.</summary>
    [Fact]
    public async Task A_silo_that_is_restarted_loses_no_event_and_no_request_beyond_one_retry()
    {
        var rig = cluster.Rig;
        await rig.AllLive(Deadline);
        await using var reader = new SteadyReader(rig.Api.BaseAddress!, rig.Symbols);
        await rig.Terminate(Restarted);
        Say("a silo had its share again after", [await rig.Joins(processes => processes.RestartSilo(Restarted), Deadline)]);
        await cluster.EndsWell();
        await reader.End();
        output.WriteLine($"the reader: {reader}");
        Assert.Empty(reader.Failures);
        Assert.Empty(reader.StepsBack);
    }

    [Fact]
    public async Task Without_any_silo_the_API_answers_what_was_known_last_and_says_that_it_is_stale()
    {
        var rig = cluster.Rig;
        await rig.AllLive(Deadline);
        foreach (var silo in rig.Processes.Silos)
            await silo.Kill();
        foreach (var symbol in rig.Symbols)
            await Until.Nothing(
                async () => await rig.Best(symbol) is not { } book ? "it has no answer"
                    : book.GetProperty("freshness").GetProperty("status").GetString() is "stale" ? null : book.ToString(),
                Deadline,
                $"{symbol} is stale");
        using (var unknown = await rig.Api.GetAsync(new Uri("v1/instruments/binance:NOBODY", UriKind.Relative)))
            Assert.Equal((503, 1.0), ((int)unknown.StatusCode, unknown.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        for (var silo = 1; silo <= rig.Options.Silos; silo++)
            rig.Processes.RestartSilo(silo);
        await cluster.EndsWell();
    }

    [Fact]
    public async Task A_process_without_TLS_reaches_no_silo_and_both_say_why()
    {
        var rig = cluster.Rig;
        using (var api = new ChildProcess("StreamForge.ApiHost", rig.Whereabouts, "--StreamForge:Api:Url=http://127.0.0.1:0", "--environment=Development"))
        {
            await api.Says("it speaks TLS, and Cluster:Tls is not set in this process", Deadline);
            using var http = new HttpClient { BaseAddress = new Uri(await api.Says("up at ", Deadline)) };
            using var answer = await http.GetAsync(new Uri($"v1/instruments/binance:{rig.Symbols[0]}", UriKind.Relative));
            Assert.Equal(503, (int)answer.StatusCode);
        }
        await Until.Holds(
            () => Task.FromResult(rig.Processes.Silos.Any(silo => rig.LogOf(silo.Name).Contains("is refused at the port for clients: it speaks no TLS", StringComparison.Ordinal))),
            Deadline,
            "a silo says whom it refused");
        await cluster.EndsWell();
    }

    /// <summary>Sooner or later ingest crosses no silo boundary any more: of two looks at the counters the second has only grown here.</summary>
    private async Task GrainsLiveWhereTheyAreFed()
    {
        var first = await IngestPlaces.Read(cluster.Rig);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ingest calls so far: {first.Here} here, {first.Elsewhere} from elsewhere"));
        var last = first;
        await Until.Nothing(
            async () =>
            {
                if ((await IngestPlaces.Read(cluster.Rig) - last).Here < 100)
                    return "too few calls to tell";
                var since = await IngestPlaces.Read(cluster.Rig) - last;
                last += since;
                return since.Elsewhere == 0 ? null : $"{since}";
            },
            Deadline,
            "grains live where they are fed");
    }

    private void Say(string what, IReadOnlyList<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} {sorted[sorted.Length / 2].TotalSeconds:0.0} s (median of {sorted.Length}), {sorted[^1].TotalSeconds:0.0} s at most"));
    }
}
