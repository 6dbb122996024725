using System.Text.Json.Nodes;

namespace StreamForge.Tests.Helm.Charts;

/// <summary>The objects of a rendered chart.</summary>
internal sealed class Rendered(string text)
{
    public IReadOnlyList<KubeObject> Objects { get; } = [.. Yaml.Read(text).Select(node => new KubeObject(node.AsObject()))];

    public string Text => text;

    public IEnumerable<KubeObject> OfKind(string kind) => Objects.Where(item => item.Kind == kind);

    public KubeObject One(string kind, string nameEnd) =>
        Assert.Single(OfKind(kind), item => item.Name.EndsWith(nameEnd, StringComparison.Ordinal));

    /// <summary>Those that run pods.</summary>
    public IEnumerable<KubeObject> Workloads => OfKind("Deployment");
}

/// <summary>An object of Kubernetes, with the little of it that checks ask for.</summary>
internal sealed class KubeObject(JsonObject node)
{
    public JsonObject Node => node;

    public string ApiVersion => (string)node["apiVersion"]!;

    public string Kind => (string)node["kind"]!;

    public string Name => (string)node["metadata"]!["name"]!;

    public IReadOnlyDictionary<string, string> Labels => Texts(node["metadata"]!["labels"]);

    public JsonObject Spec => node["spec"]!.AsObject();

    public JsonObject Pod => Spec["template"]!["spec"]!.AsObject();

    public IReadOnlyDictionary<string, string> PodLabels => Texts(Spec["template"]!["metadata"]!["labels"]);

    public JsonObject Container => Assert.Single(Pod["containers"]!.AsArray())!.AsObject();

    public IEnumerable<JsonObject> Environment => Container["env"]!.AsArray().Select(variable => variable!.AsObject());

    public override string ToString() => $"{Kind} {Name}";

    public static IReadOnlyDictionary<string, string> Texts(JsonNode? map) =>
        map?.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!) ?? [];

    /// <summary>Whether a selector finds what has these labels; one that asks for nothing finds all.</summary>
    public static bool Selects(JsonNode? matchLabels, IReadOnlyDictionary<string, string> labels) =>
        Texts(matchLabels).All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
