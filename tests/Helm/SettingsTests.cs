#if ENGINE_ORLEANS
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using StreamForge.ApiHost;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access;
using StreamForge.Hosting;
using StreamForge.SiloHost;
using StreamForge.Standalone.Cluster;
using StreamForge.Tests.Helm.Charts;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.Helm;

/// <summary>What the chart tells each process is what that process knows: read by its own settings, which refuse what they do not.</summary>
public sealed class SettingsTests
{
    private static readonly string _key = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private static readonly Lazy<MountedSecret> _secret = new(MakeSecret);

    public static TheoryData<string> Sets => [.. Chart.ValueSets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_process_takes_its_settings(string set)
    {
        var chart = Chart.Render(set);
        var silo = new SiloSettings(SettingsOf(chart, chart.One("Deployment", "-silo")));
        Assert.True(silo.Cluster.ConnectionString.Length > 0);
        Assert.Equal("http://0.0.0.0:8081", silo.Silo.HealthUrl);

        AssertApi(SettingsOf(chart, chart.One("Deployment", "-client-api")));

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

    [Fact]
    public void The_processes_of_the_compose_file_take_their_settings()
    {
        var services = Yaml.One(Repository.File("compose.yaml"))["services"]!;
        var silo = new SiloSettings(SettingsOf(services["silo"]!));
        Assert.Equal("http://0.0.0.0:8081", silo.Silo.HealthUrl);
        Assert.Equal(3, silo.Kafka.ReplicationFactor);
        // More time to end than it takes for itself.
        Assert.True(TimeSpan.FromSeconds(int.Parse(((string)services["silo"]!["stop_grace_period"]!).TrimEnd('s'), CultureInfo.InvariantCulture)) > silo.Silo.StopWithin + TimeSpan.FromSeconds(5));
        Assert.Equal("http://0.0.0.0:8082", new ConnectorSettings(SettingsOf(services["connector"]!)).Host.HealthUrl);
        AssertApi(SettingsOf(services["client-api"]!));
    }

    private static ConfigurationRoot SettingsOf(System.Text.Json.Nodes.JsonNode service) => (ConfigurationRoot)new ConfigurationBuilder()
        .AddInMemoryCollection(service["environment"]!.AsObject().ToDictionary(
            pair => pair.Key.Replace("__", ":", StringComparison.Ordinal),
            pair => ((string?)pair.Value)!.Contains("ACCESS_KEY", StringComparison.Ordinal) ? _key : (string?)pair.Value))
        .Build();

    private static void AssertApi(IConfiguration configuration)
    {
        var api = new SettingsSections(configuration);
        ClusterSettings.Read(api, isSilo: false, TimeProvider.System);
        TelemetryOptions.Read(api);
        api.Check("Api", new ApiHostOptions());
        api.Check("ClientApi", new ClientApiOptions());
        // The further ones of values that are for all.
        api.AllowOthers("Pump", "Kafka", "Silo");
        Assert.NotNull(ApiSettings.ReadAccess(api, new AccessPlace(Development: false, Loopback: false)));
        ApiSettings.ReadCertificate(api, given: null, configuration["StreamForge:Api:Url"] ?? "", TimeProvider.System);
        api.ThrowIfWrong();
    }

    /// <summary>As the process would read it: the mounted file, then the environment.</summary>
    private static IConfiguration SettingsOf(Rendered chart, KubeObject workload)
    {
        // Mounted elsewhere: processes look whether their certificates will do.
        var file = ((string)chart.One("ConfigMap", workload.Name).Node["data"]!["appsettings.json"]!)
            .Replace("/etc/streamforge-cluster-tls/", _secret.Value.File(""), StringComparison.Ordinal)
            .Replace("/etc/streamforge-cluster-ca/", _secret.Value.File(""), StringComparison.Ordinal)
            .Replace("/etc/streamforge-api-tls/", _secret.Value.File(""), StringComparison.Ordinal);
        var environment = workload.Environment.ToDictionary(
            variable => ((string)variable["name"]!).Replace("__", ":", StringComparison.Ordinal), ValueOf);
        return new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(file))).AddInMemoryCollection(environment).Build();
    }

    private static MountedSecret MakeSecret()
    {
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var authority = new TestAuthority("cluster", TimeProvider.System);
        var certificate = authority.Issue(["silo.bank.internal", "sf-streamforge-client.bank.svc", "api.bank.example"]);
        var secret = new MountedSecret(folder.Path + Path.DirectorySeparatorChar);
        secret.Write(("tls.crt", certificate.Pem), ("tls.key", certificate.KeyPem), ("ca.crt", authority.Pem));
        return secret;
    }

    private static string? ValueOf(System.Text.Json.Nodes.JsonObject variable) =>
        (string?)variable["value"]
        ?? (variable["valueFrom"]?["secretKeyRef"]?["key"]?.ToString() == "connectionString" ? "Host=db"
            : variable["valueFrom"]?["fieldRef"]?["fieldPath"]?.ToString() == "status.podIP" ? "10.0.0.7"
            : ((string)variable["name"]!).Contains("SymmetricKeys", StringComparison.Ordinal) ? _key
            : "a secret");
}
#endif
