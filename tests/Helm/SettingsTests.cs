#if ENGINE_ORLEANS
using System.Text;
using Microsoft.Extensions.Configuration;
using StreamForge.ApiHost;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access;
using StreamForge.Hosting;
using StreamForge.SiloHost;
using StreamForge.Standalone.Cluster;
using StreamForge.Tests.Helm.Charts;

namespace StreamForge.Tests.Helm;

/// <summary>What the chart tells each process is what that process knows: read by its own settings, which refuse what they do not.</summary>
public sealed class SettingsTests
{
    public static TheoryData<string> Sets => [.. Chart.ValueSets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_process_takes_its_settings(string set)
    {
        var chart = Chart.Render(set);
        var silo = new SiloSettings(SettingsOf(chart, chart.One("Deployment", "-silo")));
        Assert.True(silo.Cluster.ConnectionString.Length > 0);
        Assert.Equal("http://0.0.0.0:8081", silo.Silo.HealthUrl);

        var api = new SettingsSections(SettingsOf(chart, chart.One("Deployment", "-client-api")));
        ClusterSettings.Read(api);
        TelemetryOptions.Read(api);
        api.Check("Api", new ApiHostOptions());
        api.Check("ClientApi", new ClientApiOptions());
        api.AllowOthers("Pump", "Kafka", "Silo");
        Assert.NotNull(ApiSettings.ReadAccess(api, new AccessPlace(Development: false, Loopback: false)));
        api.ThrowIfWrong();

        foreach (var workload in chart.Workloads.Where(workload => workload.PodLabels.GetValueOrDefault("streamforge.io/role") == "connector"))
        {
            var connector = new ConnectorSettings(SettingsOf(chart, workload));
            Assert.Equal("http://0.0.0.0:8082", connector.Host.HealthUrl);
            Assert.Equal(silo.Kafka.BootstrapServers, connector.Kafka.BootstrapServers);
        }
    }

    [Fact]
    public void A_secret_of_the_broker_reaches_its_setting()
    {
        var chart = Chart.Render("keda");
        var kafka = new SiloSettings(SettingsOf(chart, chart.One("Deployment", "-silo"))).Kafka;
        Assert.Equal("SASL_SSL", kafka.Client["security.protocol"]);
        Assert.Equal("a secret", kafka.Client["sasl.password"]);
        Assert.Equal("/etc/streamforge-kafka-ca/ca.crt", kafka.Client["ssl.ca.location"]);
    }

    /// <summary>As the process would read it: the mounted file, then the environment.</summary>
    private static IConfiguration SettingsOf(Rendered chart, KubeObject workload)
    {
        var file = (string)chart.One("ConfigMap", workload.Name).Node["data"]!["appsettings.json"]!;
        var environment = workload.Environment.ToDictionary(
            variable => ((string)variable["name"]!).Replace("__", ":", StringComparison.Ordinal), ValueOf);
        return new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(file))).AddInMemoryCollection(environment).Build();
    }

    private static string? ValueOf(System.Text.Json.Nodes.JsonObject variable) =>
        (string?)variable["value"]
        ?? (variable["valueFrom"]?["secretKeyRef"]?["key"]?.ToString() == "connectionString" ? "Host=db"
            : variable["valueFrom"]?["fieldRef"]?["fieldPath"]?.ToString() == "status.podIP" ? "10.0.0.7"
            : ((string)variable["name"]!).Contains("SymmetricKeys", StringComparison.Ordinal) ? Convert.ToBase64String(new byte[31].Append((byte)1).ToArray())
            : "a secret");
}
#endif
