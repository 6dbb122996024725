using System.Text.Json.Nodes;
using StreamForge.Tests.Helm.Charts;

namespace StreamForge.Tests.Helm;

/// <summary>TLS in the chart: what settings name is mounted from the Secrets that values name, and who asks does so by HTTPS.</summary>
public sealed class TlsTests
{
    private const string Set = "tls";

    [Fact]
    public void Every_file_that_settings_name_is_mounted_from_its_secret()
    {
        var chart = Chart.Render(Set);
        AssertMounted(chart, chart.One("Deployment", "-silo"), "silo-tls");
        AssertMounted(chart, chart.One("Deployment", "-connector-binance"), "client-tls");
        var api = chart.One("Deployment", "-client-api");
        AssertMounted(chart, api, "client-tls");
        var https = MeaningTests.SettingsOf(chart, api)["Https"]!;
        Assert.Equal(("api-tls", "tls.crt"), Mounted(api, (string)https["Certificate"]!));
        Assert.Equal(("api-tls", "tls.key"), Mounted(api, (string)https["Key"]!));
    }

    [Fact]
    public void The_authority_of_the_database_is_where_connection_strings_name_it()
    {
        var chart = Chart.Render(Set);
        Assert.All(chart.Workloads, workload => Assert.Equal(("pg-ca", "root.crt"), Mounted(workload, "/etc/streamforge-postgres-ca/ca.crt")));
    }

    [Fact]
    public void The_client_api_is_asked_by_HTTPS()
    {
        var chart = Chart.Render(Set);
        var api = chart.One("Deployment", "-client-api");
        Assert.Equal("https://0.0.0.0:8080", (string)MeaningTests.SettingsOf(chart, api)["Api"]!["Url"]!);
        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            Assert.Equal(("https", "HTTPS"), ((string)api.Container[probe]!["httpGet"]!["port"]!, (string)api.Container[probe]!["httpGet"]!["scheme"]!));
        Assert.Equal("https", (string)Assert.Single(api.Container["ports"]!.AsArray())!["name"]!);
        Assert.Equal("https", (string)Assert.Single(chart.One("Service", "-client-api").Spec["ports"]!.AsArray())!["targetPort"]!);
        Assert.All(
            chart.One("Ingress", "-client-api").Spec["rules"]![0]!["http"]!["paths"]!.AsArray(),
            path => Assert.Equal("https", (string)path!["backend"]!["service"]!["port"]!["name"]!));
        var monitor = chart.One("ServiceMonitor", "-client-api").Spec["endpoints"]![0]!;
        Assert.Equal(("https", "https", "api.bank.example"), ((string)monitor["port"]!, (string)monitor["scheme"]!, (string)monitor["tlsConfig"]!["serverName"]!));
        Assert.Equal("root.pem", (string)monitor["tlsConfig"]!["ca"]!["secret"]!["key"]!);
        // A silo's health is asked for inside, as before.
        Assert.Null(chart.One("ServiceMonitor", "-silo").Spec["endpoints"]![0]!["scheme"]);
        Assert.Contains("https", PortsOf(chart.OfKind("NetworkPolicy").Single(policy => policy.Name.EndsWith("-public", StringComparison.Ordinal))));
    }

    [Fact]
    public void Names_follow_the_release_where_none_are_given()
    {
        var chart = Chart.Render(Set);
        var tls = MeaningTests.SettingsOf(chart, chart.One("Deployment", "-silo"))["Cluster"]!["Tls"]!;
        Assert.Equal("silo.bank.internal", (string)tls["SiloName"]!);
        Assert.Equal("sf-streamforge-client.bank.svc", (string)Assert.Single(tls["ClientNames"]!.AsArray())!);
    }

    [Fact]
    public void Without_any_all_is_as_it_was()
    {
        var chart = Chart.Render("minimal");
        var api = chart.One("Deployment", "-client-api");
        Assert.Equal("http://0.0.0.0:8080", (string)MeaningTests.SettingsOf(chart, api)["Api"]!["Url"]!);
        Assert.Equal("HTTP", (string)api.Container["livenessProbe"]!["httpGet"]!["scheme"]!);
        Assert.All(chart.Workloads, workload => Assert.Null(MeaningTests.SettingsOf(chart, workload)["Cluster"]!["Tls"]));
        Assert.All(chart.Workloads, workload => Assert.DoesNotContain(workload.Pod["volumes"]!.AsArray(), volume => ((string)volume!["name"]!).EndsWith("-tls", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("siloSecret: silo-tls", "tls.cluster.clientSecret")]
    [InlineData("clientSecret: client-tls", "tls.cluster.siloSecret")]
    public void Half_a_cluster_with_TLS_is_refused(string half, string missing)
    {
        var (code, _, error) = Chart.RenderText(File.ReadAllText(Chart.ValuesFile("minimal")) + $"\ntls: {{ cluster: {{ {half} }} }}\n");
        Assert.NotEqual(0, code);
        Assert.Contains(missing, error, StringComparison.Ordinal);
    }

    private static void AssertMounted(Rendered chart, KubeObject workload, string secret)
    {
        var tls = MeaningTests.SettingsOf(chart, workload)["Cluster"]!["Tls"]!;
        Assert.Equal((secret, "tls.crt"), Mounted(workload, (string)tls["Certificate"]!));
        Assert.Equal((secret, "tls.key"), Mounted(workload, (string)tls["Key"]!));
        Assert.Equal(("cluster-trust", "bundle.pem"), Mounted(workload, (string)tls["Authorities"]!));
    }

    /// <summary>The Secret, and the key in it, that a file comes from. Never by a subPath, which is not renewed.</summary>
    private static (string Secret, string Key) Mounted(KubeObject workload, string file)
    {
        var mount = Assert.Single(workload.Container["volumeMounts"]!.AsArray(), mount => (string)mount!["mountPath"]! == Path.GetDirectoryName(file))!;
        Assert.Null(mount["subPath"]);
        var secret = Assert.Single(workload.Pod["volumes"]!.AsArray(), volume => (string)volume!["name"]! == (string)mount["name"]!)!["secret"]!;
        var item = Assert.Single(secret["items"]!.AsArray(), item => (string)item!["path"]! == Path.GetFileName(file))!;
        return ((string)secret["secretName"]!, (string)item["key"]!);
    }

    private static IEnumerable<string> PortsOf(KubeObject policy) =>
        policy.Spec["ingress"]!.AsArray().SelectMany(static rule => rule!["ports"]!.AsArray().Select(static port => port!["port"]!.ToString()));
}
