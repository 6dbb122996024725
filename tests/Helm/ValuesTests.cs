using System.Text.Json.Nodes;
using StreamForge.Tests.Helm.Charts;

namespace StreamForge.Tests.Helm;

/// <summary>The schema of the values takes what we render and refuses what is misspelt, out of range, or a secret.</summary>
public sealed class ValuesTests
{
    public static TheoryData<string> Sets => [.. Chart.ValueSets];

    [Fact]
    public void The_schema_takes_the_defaults() => Assert.Empty(Check(Repository.File("helm", "streamforge", "values.yaml")));

    [Theory]
    [MemberData(nameof(Sets))]
    public void The_schema_takes_the_sets_that_are_rendered(string set) => Assert.Empty(Check(File.ReadAllText(Chart.ValuesFile(set))));

    [Theory]
    [InlineData("silos: { replicas: 3 }", "/silos")]
    [InlineData("silo: { replica: 3 }", "/silo/replica")]
    [InlineData("silo: { replicas: 0 }", "/silo/replicas")]
    [InlineData("silo: { replicas: '3' }", "/silo/replicas")]
    [InlineData("silo: { autoscaling: { mode: lag } }", "/silo/autoscaling/mode")]
    [InlineData("silo: { autoscaling: { keda: { lagPerSilo: 10 } } }", "/silo/autoscaling/keda/lagPerSilo")]
    [InlineData("pipeline: { partitions: 1.5 }", "/pipeline/partitions")]
    [InlineData("kafka: { bootstrapServers: kafka }", "/kafka/bootstrapServers")]
    [InlineData("kafka: { bootstrapServers: 'kafka:9092', client: { sasl.password: geheim } }", "/kafka/client/sasl.password")]
    [InlineData("kafka: { bootstrapServers: 'kafka:9092', replicationFactor: 0 }", "/kafka/replicationFactor")]
    [InlineData("postgres: { connection: { secret: pg, key: c }, membership: { secret: '', key: c }, password: x }", "/postgres/password")]
    [InlineData("postgres: { connection: { secret: '', key: c }, membership: { secret: '', key: c } }", "/postgres/connection/secret")]
    [InlineData("connectors: [{ name: Bad_Name, venue: binance, symbols: [A] }]", "/connectors[0]/name")]
    [InlineData("connectors: [{ name: a, venue: nasdaq, symbols: [A] }]", "/connectors[0]/venue")]
    [InlineData("connectors: [{ name: a, venue: kraken, symbols: [] }]", "/connectors[0]/symbols")]
    [InlineData("networkPolicy: { kafka: [{ podSelectors: {} }] }", "/networkPolicy/kafka[0]/podSelectors")]
    [InlineData("telemetry: { sampling: 2 }", "/telemetry/sampling")]
    [InlineData("access: { jwks: 'http://login.example/keys' }", "/access/jwks")]
    [InlineData("access: { publicKeys: ['-----BEGIN PRIVATE KEY-----'] }", "/access/publicKeys[0]")]
    [InlineData("access: { secret: geheim }", "/access/secret")]
    [InlineData("settings: { pump: {} }", "/settings/pump")]
    [InlineData("monitoring: { rules: { enabled: 'yes' } }", "/monitoring/rules/enabled")]
    public void The_schema_refuses(string values, string path) =>
        Assert.Contains(Check(values), complaint => complaint.StartsWith(path + " ", StringComparison.Ordinal));

    [Theory]
    [InlineData("silo: { autoscaling: { mode: keda, maxReplicas: 13 } }", "above pipeline.partitions")]
    [InlineData("silo: { autoscaling: { mode: hpa, minReplicas: 4, maxReplicas: 3 } }", "below minReplicas")]
    [InlineData("silo: { autoscaling: { mode: keda, keda: { lagSource: prometheus } } }", "prometheusAddress")]
    [InlineData("access: { audience: streamforge, jwks: 'https://login.example/keys' }", "access.issuer")]
    [InlineData("access: { issuer: a, audience: b }", "access: one of")]
    [InlineData("monitoring: { serviceMonitors: { enabled: true } }", "apiToken")]
    [InlineData("strimzi: { topics: { enabled: true } }", "strimzi.topics.cluster")]
    [InlineData("clientApi: { ingress: { enabled: true } }", "clientApi.ingress.host")]
    [InlineData("connectors: [{ name: a, venue: kraken, symbols: [XBT/USD], zone: core-bank }]", "names where it may reach")]
    public void Rendering_refuses_what_does_not_go_together(string values, string reason)
    {
        var (code, _, error) = Chart.RenderText(values.Contains("access:", StringComparison.Ordinal) ? values : values + "\n" + File.ReadAllText(Chart.ValuesFile("minimal")));
        Assert.NotEqual(0, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Check(string values) =>
        new SchemaCheck(Yaml.One(Repository.File("helm", "streamforge", "values.schema.json")).AsObject()).Of(
            Over(Yaml.One(Repository.File("helm", "streamforge", "values.yaml")).AsObject(), Yaml.One(values).AsObject()));

    /// <summary>As Helm does before it checks: what is said goes over the defaults.</summary>
    private static JsonObject Over(JsonObject defaults, JsonObject values)
    {
        foreach (var (name, value) in values)
            if (value is JsonObject below && defaults[name] is JsonObject known)
                Over(known, below);
            else
                defaults[name] = value?.DeepClone();
        return defaults;
    }
}
