using System.Text.Json.Nodes;

namespace StreamForge.Tests.Helm.Charts;

/// <summary>A dashboard of Grafana.</summary>
internal sealed record Dashboard(string File, JsonObject Node)
{
    public IEnumerable<JsonObject> Panels => Node["panels"]!.AsArray().Select(panel => panel!.AsObject());

    public IEnumerable<string> Queries => Panels.SelectMany(panel => panel["targets"]!.AsArray()).Select(target => (string)target!["expr"]!);
}

/// <summary>The dashboards of the chart, which compose.yaml provisions too.</summary>
internal static class Dashboards
{
    public static IReadOnlyList<Dashboard> All { get; } =
        [.. Directory.GetFiles(Repository.Path("helm", "streamforge", "dashboards"), "*.json").Order(StringComparer.Ordinal)
            .Select(file => new Dashboard(Path.GetFileName(file), JsonNode.Parse(System.IO.File.ReadAllText(file))!.AsObject()))];
}
