using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StreamForge.Tests.Helm.Charts;
using StreamForge.Tests.Helm.Outside;

namespace StreamForge.Tests.Helm;

/// <summary>Alerts that fire when they should, and tell what to do.</summary>
public sealed partial class AlertTests
{
    private static string? Promtool => Tool.Find("promtool");

    [Fact]
    public void Each_has_a_severity_and_a_runbook_and_each_runbook_an_alert()
    {
        var runbooks = Repository.Path("docs", "runbooks");
        Assert.All(Rules.Alerts, alert =>
        {
            Assert.Contains(alert.Severity, new[] { "warning", "critical" });
            Assert.Equal($"docs/runbooks/{alert.Name}.md", alert.RunbookUrl);
            Assert.True(File.Exists(Repository.Path(alert.RunbookUrl)), $"there is no {alert.RunbookUrl}");
        });
        var named = Directory.GetFiles(runbooks, "StreamForge*.md").Select(file => Path.GetFileNameWithoutExtension(file)!);
        Assert.Equal(Rules.Alerts.Select(alert => alert.Name).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Runbooks_say_what_it_means_what_to_look_at_and_what_to_do() =>
        Assert.All(Rules.Alerts, alert =>
        {
            var text = Repository.File("docs", "runbooks", alert.Name + ".md");
            Assert.StartsWith($"# {alert.Name}\n", text, StringComparison.Ordinal);
            foreach (var part in new[] { "## Meaning", "## Look", "## Do" })
                Assert.Contains($"\n{part}\n", text, StringComparison.Ordinal);
        });

    [Fact]
    public void Runbooks_and_pages_link_to_what_is_there()
    {
        var pages = Directory.GetFiles(Repository.Path("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.Path("README.md"));
        Assert.All(pages, page => Assert.All(Links().Matches(File.ReadAllText(page)), link =>
        {
            var target = link.Groups[1].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
                Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target)), $"{page}: {target} is not there");
        }));
    }

    [Fact]
    public void The_chart_carries_them_but_for_those_that_are_not_wanted()
    {
        var groups = Chart.Render("prometheus").OfKind("PrometheusRule").Single().Spec["groups"]!.AsArray();
        var rules = groups.SelectMany(group => group!["rules"]!.AsArray()).ToArray();
        Assert.Equal(Rules.Recorded, rules.Select(rule => (string?)rule!["record"]).OfType<string>());
        var alerts = rules.Where(rule => rule!["alert"] is not null).ToDictionary(rule => (string)rule!["alert"]!);
        Assert.Equal(Rules.Alerts.Select(alert => alert.Name).Where(name => name != "StreamForgeStreamsNearLimit"), alerts.Keys);
        Assert.All(Rules.Alerts.Where(alert => alerts.ContainsKey(alert.Name)), alert =>
        {
            Assert.Equal(alert.Expression, (string)alerts[alert.Name]!["expr"]!);
            Assert.Equal(alert.Summary, (string)alerts[alert.Name]!["annotations"]!["summary"]!);
            Assert.Equal($"https://runbooks.example.com/streamforge/{alert.Name}.md", (string)alerts[alert.Name]!["annotations"]!["runbook_url"]!);
        });
        // How many processes there should be is what was asked for.
        Assert.Equal(["vector(3)", "vector(1)"], rules.Where(rule => rule!["record"] is not null).Select(rule => (string)rule!["expr"]!));
    }

    [Fact]
    public void They_are_PromQl() => Assert.Empty(Judge.Of("promql", Rules.Alerts.Select(alert => (JsonNode)alert.Expression)));

    [Fact]
    public void They_fire_when_they_should_and_not_before()
    {
        Assert.SkipWhen(Promtool is null, "SKIPPED: alerts are not tried out: promtool is not here (Debian: prometheus)");
        var (code, output, error) = Tool.Run(Promtool!, ["test", "rules", Repository.Path("tests", "Helm", "Rules", "alerts.test.yaml")]);
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public void Each_is_tried_out()
    {
        var tried = Repository.File("tests", "Helm", "Rules", "alerts.test.yaml");
        Assert.All(Rules.Alerts, alert => Assert.Contains($"alertname=\"{alert.Name}\"", tried, StringComparison.Ordinal));
    }

    [GeneratedRegex("\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Links();
}
