using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StreamForge.Tests.Helm.Charts;
using StreamForge.Tests.Helm.Outside;

namespace StreamForge.Tests.Helm;

/// <summary>What the chart gives holds together: names, selectors, references, and what every pod owes.</summary>
public sealed partial class ObjectTests
{
    private static readonly Dictionary<string, string> _known = new()
    {
        ["ConfigMap"] = "v1", ["Service"] = "v1", ["ServiceAccount"] = "v1", ["Deployment"] = "apps/v1",
        ["Ingress"] = "networking.k8s.io/v1", ["NetworkPolicy"] = "networking.k8s.io/v1", ["PodDisruptionBudget"] = "policy/v1",
        ["HorizontalPodAutoscaler"] = "autoscaling/v2", ["ScaledObject"] = "keda.sh/v1alpha1", ["KafkaTopic"] = "kafka.strimzi.io/v1beta2",
        ["ServiceMonitor"] = "monitoring.coreos.com/v1", ["PrometheusRule"] = "monitoring.coreos.com/v1",
    };

    public static TheoryData<string> Sets => [.. Chart.ValueSets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Names_labels_and_kinds_are_what_Kubernetes_takes(string set)
    {
        var chart = Chart.Render(set);
        Assert.Equal(chart.Objects.Count, chart.Objects.DistinctBy(item => (item.Kind, item.Name)).Count());
        Assert.All(chart.Objects, item =>
        {
            Assert.Equal(_known[item.Kind], item.ApiVersion);
            Assert.Matches(item.Kind == "KafkaTopic" ? Subdomain() : Label(), item.Name);
            Assert.InRange(item.Name.Length, 1, 63);
            Assert.All(item.Labels, label => Assert.Matches(LabelValue(), label.Value));
            // No Secret, ever: they are named, and somebody else's.
            Assert.NotEqual("Secret", item.Kind);
        });
    }

    /// <summary>Those of Kubernetes, KEDA and the Prometheus operator: values, and members that there are none of. Strimzi's are not to be had.</summary>
    [Fact]
    public void Outside_schemas_have_no_complaint()
    {
        // At once, for they take seconds to load. Equal ones once.
        var objects = Chart.ValueSets.SelectMany(set => Chart.Render(set).Objects).Where(item => item.Kind != "KafkaTopic")
            .DistinctBy(item => item.Node.ToJsonString());
        Assert.Empty(Judge.Of("kubernetes", objects.Select(item => item.Node)));
    }

    [Fact]
    public void Outside_schemas_complain_of_what_is_wrong()
    {
        var silo = Chart.Render("minimal").One("Deployment", "-silo");
        silo.Container["imagePullPolcy"] = "Always";
        silo.Spec["replicas"] = "3";
        var complaints = Judge.Of("kubernetes", [silo.Node]);
        Assert.Contains(complaints, complaint => complaint.Contains("imagePullPolcy", StringComparison.Ordinal));
        Assert.Contains(complaints, complaint => complaint.Contains("replicas", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void What_is_referred_to_is_there(string set)
    {
        var chart = Chart.Render(set);
        Assert.All(chart.Workloads, workload =>
        {
            Assert.True(KubeObject.Selects(workload.Spec["selector"]!["matchLabels"], workload.PodLabels), $"{workload} does not find its own pods");
            // And nobody else's.
            Assert.Single(chart.Workloads, other => KubeObject.Selects(workload.Spec["selector"]!["matchLabels"], other.PodLabels));
            Assert.Equal(chart.OfKind("ServiceAccount").Single().Name, (string)workload.Pod["serviceAccountName"]!);
            var volumes = workload.Pod["volumes"]!.AsArray().Select(volume => (string)volume!["name"]!).ToHashSet();
            Assert.Equal(volumes, workload.Container["volumeMounts"]!.AsArray().Select(mount => (string)mount!["name"]!).ToHashSet());
            foreach (var map in workload.Pod["volumes"]!.AsArray().Select(volume => (string?)volume!["configMap"]?["name"]).OfType<string>())
                Assert.Contains(chart.OfKind("ConfigMap"), item => item.Name == map);
        });
        Assert.All(chart.OfKind("Service"), service =>
        {
            var found = Assert.Single(chart.Workloads, workload => KubeObject.Selects(service.Spec["selector"], workload.PodLabels));
            Assert.All(service.Spec["ports"]!.AsArray(), port => Assert.Contains((string)port!["targetPort"]!, PortsOf(found).Keys));
        });
        Assert.All(chart.OfKind("PodDisruptionBudget"), budget =>
            Assert.Single(chart.Workloads, workload => KubeObject.Selects(budget.Spec["selector"]!["matchLabels"], workload.PodLabels)));
        Assert.All(chart.OfKind("HorizontalPodAutoscaler").Concat(chart.OfKind("ScaledObject")), scaler =>
        {
            var target = chart.One((string)scaler.Spec["scaleTargetRef"]!["kind"]!, (string)scaler.Spec["scaleTargetRef"]!["name"]!);
            // Two that set the count would fight.
            Assert.False(target.Spec.ContainsKey("replicas"), $"{target} has a count of its own");
        });
        Assert.All(chart.OfKind("ServiceMonitor"), monitor =>
            Assert.Single(chart.OfKind("Service"), service => KubeObject.Selects(monitor.Spec["selector"]!["matchLabels"], service.Labels)));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_pod_is_locked_down_bounded_and_watched(string set) => Assert.All(Chart.Render(set).Workloads, workload =>
    {
        Assert.False((bool)workload.Pod["automountServiceAccountToken"]!);
        Assert.True((bool)workload.Pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal("RuntimeDefault", (string)workload.Pod["securityContext"]!["seccompProfile"]!["type"]!);
        var security = workload.Container["securityContext"]!;
        Assert.True((bool)security["readOnlyRootFilesystem"]!);
        Assert.False((bool)security["allowPrivilegeEscalation"]!);
        Assert.Equal("ALL", (string)Assert.Single(security["capabilities"]!["drop"]!.AsArray())!);
        Assert.NotNull(workload.Container["resources"]!["requests"]!["cpu"]);
        Assert.NotNull(workload.Container["resources"]!["limits"]!["memory"]);
        Assert.DoesNotContain(":latest", (string)workload.Container["image"]!, StringComparison.Ordinal);
        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            Assert.Contains((string)workload.Container[probe]!["httpGet"]!["port"]!, PortsOf(workload).Keys);
        // What lags or waits for its broker is not ended.
        Assert.Equal("/health/live", (string)workload.Container["livenessProbe"]!["httpGet"]!["path"]!);
    });

    [Theory]
    [MemberData(nameof(Sets))]
    public void Secrets_are_named_and_never_said(string set)
    {
        var chart = Chart.Render(set);
        Assert.All(chart.Workloads.SelectMany(workload => workload.Environment), variable =>
        {
            if (SecretName().IsMatch((string)variable["name"]!))
                Assert.NotNull(variable["valueFrom"]!["secretKeyRef"]);
        });
        Assert.All(chart.OfKind("ConfigMap"), map => Assert.All(map.Node["data"]!.AsObject(), file =>
            Assert.DoesNotMatch(SecretSetting(), (string)file.Value!)));
    }

    private static Dictionary<string, int> PortsOf(KubeObject workload) =>
        workload.Container["ports"]!.AsArray().ToDictionary(port => (string)port!["name"]!, port => (int)port!["containerPort"]!);

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
    private static partial Regex Subdomain();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValue();

    [GeneratedRegex("ConnectionString|password|ApiKey|secret|token|SymmetricKeys", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex("\"(ConnectionString|ApiKey|SymmetricKeys|[a-z.]*(password|secret))\"\\s*:", RegexOptions.IgnoreCase)]
    private static partial Regex SecretSetting();
}
