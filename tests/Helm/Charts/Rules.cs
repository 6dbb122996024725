using System.Text.Json.Nodes;

namespace StreamForge.Tests.Helm.Charts;

/// <summary>An alert as <c>rules/alerts.yaml</c> has it.</summary>
internal sealed record Alert(string Name, string Expression, string Severity, string Summary, string Description, string RunbookUrl);

/// <summary>The alerts of the chart, which compose.yaml uses as they are.</summary>
internal static class Rules
{
    public static string File => Repository.Path("helm", "streamforge", "rules", "alerts.yaml");

    /// <summary>What whoever installs the alerts records beside them.</summary>
    public static IReadOnlyList<string> Recorded { get; } = ["streamforge:silos_wanted", "streamforge:connectors_wanted"];

    public static IReadOnlyList<Alert> Alerts { get; } =
        [.. Yaml.One(System.IO.File.ReadAllText(File))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => Of(rule!))];

    private static Alert Of(JsonNode rule) => new(
        (string)rule["alert"]!,
        (string)rule["expr"]!,
        (string)rule["labels"]!["severity"]!,
        (string)rule["annotations"]!["summary"]!,
        (string)rule["annotations"]!["description"]!,
        (string)rule["annotations"]!["runbook_url"]!);
}
