using StreamForge.Silo.Engine;
using StreamForge.Tests.EndToEnd.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>The programs of a cluster refuse what they cannot do in one line.</summary>
public class ClusterStartTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("StreamForge.SiloHost")]
    [InlineData("StreamForge.ApiHost")]
    [InlineData("StreamForge.Standalone", "cluster")]
    [InlineData("StreamForge.Standalone", "connector")]
    public async Task Without_Orleans_there_is_no_cluster(string program, params string[] arguments)
    {
        Assert.SkipWhen(GrainEngine.Name == "orleans", "The engine is Orleans.");
        using var process = new ChildProcess(program, new Dictionary<string, string>(), arguments);
        Assert.Equal(2, await process.Exit(Deadline));
        Assert.Contains("a cluster needs the engine orleans", process.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_API_listens_before_there_is_any_silo_and_says_when_to_come_again()
    {
        Assert.SkipWhen(GrainEngine.Name != "orleans", "The engine is embedded: there is no client of a cluster.");
        using var process = new ChildProcess(
            "StreamForge.ApiHost",
            new Dictionary<string, string> { ["StreamForge__Cluster__ConnectionString"] = "Host=/nowhere;Username=nobody" },
            "--StreamForge:Api:Url=http://127.0.0.1:0", "--environment=Development");
        using var api = new HttpClient { BaseAddress = new Uri(await process.Says("up at ", Deadline)) };
        foreach (var path in new[] { "v1/instruments/binance:BTCUSDT", "v1/instruments", "v1/status", "health/ready" })
        {
            using var answer = await api.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((path, 503), (path, (int)answer.StatusCode));
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        using (var live = await api.GetAsync(new Uri("health/live", UriKind.Relative)))
            Assert.Equal(200, (int)live.StatusCode);
        process.Interrupt();
        Assert.Equal(0, await process.Exit(Deadline));
    }

    [Fact]
    public async Task All_that_is_wrong_with_the_settings_is_said_in_one_line()
    {
        Assert.SkipWhen(GrainEngine.Name != "orleans", "The engine is embedded: there are no silos.");
        using var silo = new ChildProcess(
            "StreamForge.SiloHost",
            new Dictionary<string, string> { ["StreamForge__Pump__WindowBytes"] = "5" },
            "--StreamForge:Silo:Port=0", "--StreamForge:Nowhere:X=1", "--StreamForge:Cluster:ProbeTimeout=00:00:02");
        Assert.Equal(1, await silo.Exit(Deadline));
        var line = await silo.Says("silo: settings: ", Deadline);
        foreach (var wrong in new[] { "Postgres", "Kafka", "WindowBytes", "Port must be", "Nowhere is no section", "MaxProbeTimeout" })
            Assert.Contains(wrong, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", "http://127.0.0.1:0", "the environment is not Development")]
    [InlineData("Development", "http://0.0.0.0:0", "the API is reached from other machines")]
    public async Task A_client_api_wants_to_know_who_may_ask(string environment, string url, string why)
    {
        Assert.SkipWhen(GrainEngine.Name != "orleans", "The engine is embedded: there is no client API of its own.");
        using var api = new ChildProcess(
            "StreamForge.ApiHost",
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = environment, ["StreamForge__Cluster__ConnectionString"] = "Host=127.0.0.1" },
            $"--StreamForge:Api:Url={url}");
        Assert.Equal(1, await api.Exit(Deadline));
        var line = await api.Says("client-api: settings: ", Deadline);
        Assert.Contains("StreamForge:Access: Issuer, Audience, a key", line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
    }
}
