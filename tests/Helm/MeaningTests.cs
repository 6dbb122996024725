using System.Globalization;
using System.Text.Json.Nodes;
using StreamForge.Tests.Helm.Charts;

namespace StreamForge.Tests.Helm;

/// <summary>What operators rely on: time to end, room for the last checkpoint, scaling that does not chase lag, zones, equal topics.</summary>
public sealed class MeaningTests
{
    public static TheoryData<string> Sets => [.. Chart.ValueSets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_pod_outlives_the_time_its_process_may_take_to_end(string set)
    {
        var chart = Chart.Render(set);
        var silo = chart.One("Deployment", "-silo");
        Assert.True(Grace(silo) >= StopWithin(chart, silo, "Silo") + TimeSpan.FromSeconds(5), "the last checkpoint would be cut");
        var api = chart.One("Deployment", "-client-api");
        var pause = TimeSpan.FromSeconds((int)api.Container["lifecycle"]!["preStop"]!["sleep"]!["seconds"]!);
        Assert.True(Grace(api) >= pause + StopWithin(chart, api, "Api") + TimeSpan.FromSeconds(5));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Silos_are_replaced_one_by_one_and_are_ready_only_when_caught_up(string set)
    {
        var chart = Chart.Render(set);
        var silo = chart.One("Deployment", "-silo");
        Assert.Equal(0, (int)silo.Spec["strategy"]!["rollingUpdate"]!["maxUnavailable"]!);
        Assert.Equal(1, (int)silo.Spec["strategy"]!["rollingUpdate"]!["maxSurge"]!);
        Assert.True((int)silo.Spec["minReadySeconds"]! > 0);
        Assert.Equal("/health/ready", (string)silo.Container["readinessProbe"]!["httpGet"]!["path"]!);
        // The client API answers from memory when silos lag: it must not leave its service with them.
        Assert.Equal("/health/live", (string)chart.One("Deployment", "-client-api").Container["readinessProbe"]!["httpGet"]!["path"]!);
        Assert.All(chart.Workloads.Where(workload => workload.PodLabels.GetValueOrDefault("streamforge.io/role") == "connector"), connector =>
        {
            Assert.Equal("Recreate", (string)connector.Spec["strategy"]!["type"]!);
            Assert.Equal(1, (int)connector.Spec["replicas"]!);
        });
    }

    [Theory]
    [InlineData("keda")]
    [InlineData("prometheus")]
    public void Lag_alone_never_decides_and_both_ways_are_damped(string set)
    {
        var chart = Chart.Render(set);
        var scaler = chart.OfKind("ScaledObject").Single();
        var triggers = scaler.Spec["triggers"]!.AsArray();
        Assert.Single(triggers, trigger => (string)trigger!["type"]! == "cpu");
        Assert.True(triggers.Count > 1);
        Assert.True((int)scaler.Spec["minReplicaCount"]! > 0);
        var behavior = scaler.Spec["advanced"]!["horizontalPodAutoscalerConfig"]!["behavior"]!;
        AssertDamped(behavior, chart);
        var partitions = (int)SettingsOf(chart, chart.One("Deployment", "-silo"))["Pipeline"]!["Partitions"]!;
        Assert.True((int)scaler.Spec["maxReplicaCount"]! <= partitions);
        if (set != "keda")
            return;
        // Each group with a topic of its own: a sibling's lag shows nowhere else.
        Assert.Equal(
            ["streamforge-instruments market.depth", "streamforge-instruments market.trades", "streamforge-parser raw.market"],
            triggers.Where(trigger => (string)trigger!["type"]! == "kafka")
                .Select(trigger => $"{trigger!["metadata"]!["consumerGroup"]} {trigger["metadata"]!["topic"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_other_scaler_is_damped_too()
    {
        var chart = Chart.Render("hpa");
        Assert.Empty(chart.OfKind("ScaledObject"));
        AssertDamped(chart.One("HorizontalPodAutoscaler", "-silo").Spec["behavior"]!, chart);
    }

    [Theory]
    [InlineData("keda")]
    [InlineData("zones")]
    public void Topics_are_siblings_of_equal_counts_as_the_silos_expect_them(string set)
    {
        var chart = Chart.Render(set);
        var settings = SettingsOf(chart, chart.One("Deployment", "-silo"));
        var topics = chart.OfKind("KafkaTopic").ToDictionary(topic => (string)topic.Spec["topicName"]!);
        Assert.Equal(["dead-letters", "market.depth", "market.trades", "raw.market"], topics.Keys.Order(StringComparer.Ordinal));
        Assert.All(topics.Values, topic => Assert.Equal((int)settings["Pipeline"]!["Partitions"]!, (int)topic.Spec["partitions"]!));
        Assert.Equal(TimeSpanOf(settings["Pipeline"]!["Retention"]!), TimeSpan.FromMilliseconds((long)topics["raw.market"].Spec["config"]!["retention.ms"]!));
        Assert.Equal(TimeSpanOf(settings["Pipeline"]!["DeadLetterRetention"]!), TimeSpan.FromMilliseconds((long)topics["dead-letters"].Spec["config"]!["retention.ms"]!));
        Assert.All(topics.Values, topic => Assert.Equal(
            (long?)settings["Kafka"]!["MaxRecordBytes"] ?? 2097152, (long)topic.Spec["config"]!["max.message.bytes"]!));
    }

    [Theory]
    [InlineData("zones")]
    [InlineData("keda")]
    public void Zones_are_kept_apart(string set)
    {
        var chart = Chart.Render(set);
        var policies = chart.OfKind("NetworkPolicy").ToArray();
        var everything = policies.Single(policy => policy.Name.EndsWith("-deny", StringComparison.Ordinal));
        Assert.All(chart.Workloads, workload =>
        {
            Assert.True(KubeObject.Selects(everything.Spec["podSelector"]!["matchLabels"], workload.PodLabels));
            Assert.Contains("streamforge.io/zone", workload.PodLabels.Keys);
        });
        Assert.False(everything.Spec.ContainsKey("ingress") || everything.Spec.ContainsKey("egress"));

        var silo = policies.Single(policy => policy.Name.EndsWith("-core-bank", StringComparison.Ordinal));
        // From outside the zone silos are reached at the gateway only.
        var outside = silo.Spec["ingress"]!.AsArray().Where(rule => rule!["from"]!.AsArray().Count > 1);
        Assert.Equal(["gateway"], outside.SelectMany(PortsOf));
        // The public zone reaches silos, and no broker.
        var publicly = policies.Single(policy => policy.Name.EndsWith("-public", StringComparison.Ordinal));
        Assert.Equal(["gateway", "443"], publicly.Spec["egress"]!.AsArray().SelectMany(PortsOf));
        Assert.All(policies.Where(policy => policy.Name.Contains("-connected-", StringComparison.Ordinal)), policy =>
        {
            Assert.False(policy.Spec.ContainsKey("ingress"));
            var world = policy.Spec["egress"]!.AsArray().Single(rule => rule!["to"]?[0]?["ipBlock"] is not null);
            Assert.Contains("10.0.0.0/8", world!["to"]![0]!["ipBlock"]!["except"]!.AsArray().Select(range => (string)range!));
        });
    }

    private static void AssertDamped(JsonNode behavior, Rendered chart)
    {
        var settle = (int)chart.One("Deployment", "-silo").Spec["minReadySeconds"]!;
        foreach (var way in new[] { "scaleUp", "scaleDown" })
        {
            var policy = Assert.Single(behavior[way]!["policies"]!.AsArray())!;
            Assert.Equal("Pods", (string)policy["type"]!);
            Assert.True((int)policy["periodSeconds"]! > 3 * settle, "the next step comes before the last one has settled");
        }
        Assert.True((int)behavior["scaleDown"]!["stabilizationWindowSeconds"]! >= 5 * (int)behavior["scaleUp"]!["stabilizationWindowSeconds"]!);
    }

    private static IEnumerable<string> PortsOf(JsonNode? rule) => rule!["ports"]!.AsArray().Select(port => port!["port"]!.ToString());

    private static TimeSpan Grace(KubeObject workload) => TimeSpan.FromSeconds((int)workload.Pod["terminationGracePeriodSeconds"]!);

    private static TimeSpan StopWithin(Rendered chart, KubeObject workload, string section) => TimeSpanOf(SettingsOf(chart, workload)[section]!["StopWithin"]!);

    private static TimeSpan TimeSpanOf(JsonNode text) => TimeSpan.Parse((string)text!, CultureInfo.InvariantCulture);

    internal static JsonNode SettingsOf(Rendered chart, KubeObject workload) =>
        JsonNode.Parse((string)chart.One("ConfigMap", workload.Name).Node["data"]!["appsettings.json"]!)!["StreamForge"]!;
}
