using StreamForge.Tests.Helm.Charts;
using StreamForge.Tests.Helm.Metrics;

namespace StreamForge.Tests.Helm;

/// <summary>Rules, dashboards and scalers speak of metrics that are served.</summary>
public sealed class MetricNameTests
{
    [Theory]
    [InlineData("sum by (a) (rate(x_total{b=\"up{}\"}[5m])) > on (a) group_left() y", "x_total y")]
    [InlineData("absent(up == 1) or 2 * a:b:c offset 5m", "a:b:c up")]
    [InlineData("histogram_quantile(0.9, sum by (le) (rate(z_bucket[1m]))) > 1e3", "z_bucket")]
    public void An_expression_tells_its_metrics(string expression, string metrics) =>
        Assert.Equal(metrics.Split(' '), PromQl.MetricsOf(expression).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Rules_dashboards_and_scalers_name_metrics_that_are_served()
    {
#if ENGINE_ORLEANS
        var served = await ServedMetrics.Names();
        var known = served.Append("up").Concat(Rules.Recorded).ToHashSet();
        var asked = Rules.Alerts.Select(alert => (Where: alert.Name, alert.Expression))
            .Concat(Dashboards.All.SelectMany(board => board.Queries.Select(query => (Where: board.File, Expression: query))))
            .Append((Where: "keda", Expression: "sum(streamforge_partition_lag)")).ToArray();
        Assert.All(asked, ask => Assert.All(PromQl.MetricsOf(ask.Expression), name =>
            Assert.True(known.Contains(name), $"{ask.Where} asks for {name}, which nobody serves; there are {string.Join(", ", known.Where(one => one.StartsWith(name[..Math.Min(12, name.Length)], StringComparison.Ordinal)))}")));
        // And what we serve of the streams and their integrity is looked at by somebody.
        var looked = asked.SelectMany(ask => PromQl.MetricsOf(ask.Expression)).ToHashSet();
        Assert.All(
            served.Where(name => name.StartsWith("streamforge_partition", StringComparison.Ordinal) || name.StartsWith("streamforge_gaps_o", StringComparison.Ordinal)),
            name => Assert.True(name.EndsWith("_sum", StringComparison.Ordinal) || looked.Any(one => one == name || one.StartsWith(name + "_", StringComparison.Ordinal) || name == "streamforge_gaps_open_time_seconds_count"), $"nobody looks at {name}"));
#else
        await Task.CompletedTask;
        Assert.Skip("SKIPPED: a cluster's metrics are of the engine orleans");
#endif
    }
}
