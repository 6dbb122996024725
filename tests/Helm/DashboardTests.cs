using System.Text.Json.Nodes;
using StreamForge.Tests.Helm.Charts;
using StreamForge.Tests.Helm.Outside;

namespace StreamForge.Tests.Helm;

/// <summary>Dashboards that Grafana can show.</summary>
public sealed class DashboardTests
{
    [Fact]
    public void They_have_names_of_their_own_and_panels_that_do_not_overlap()
    {
        Assert.NotEmpty(Dashboards.All);
        Assert.Equal(Dashboards.All.Count, Dashboards.All.Select(board => (string)board.Node["uid"]!).Distinct().Count());
        Assert.All(Dashboards.All, board =>
        {
            Assert.Equal(board.Panels.Count(), board.Panels.Select(panel => (int)panel["id"]!).Distinct().Count());
            var cells = board.Panels.SelectMany(CellsOf).ToArray();
            Assert.Equal(cells.Length, cells.Distinct().Count());
            Assert.All(cells, cell => Assert.InRange(cell.X, 0, 23));
            var variables = board.Node["templating"]!["list"]!.AsArray().Select(variable => (string)variable!["name"]!).ToArray();
            Assert.Equal(["datasource", "namespace"], variables);
            Assert.All(board.Queries, query => Assert.Contains("$namespace", query, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Their_queries_are_PromQl() =>
        Assert.Empty(Judge.Of("promql", Dashboards.All.SelectMany(board => board.Queries).Select(query => (JsonNode)query.Replace("$namespace", "bank", StringComparison.Ordinal))));

    [Fact]
    public void The_chart_carries_each_as_it_is()
    {
        var chart = Chart.Render("prometheus");
        Assert.All(Dashboards.All, board =>
        {
            var map = chart.One("ConfigMap", "-dashboard-" + Path.GetFileNameWithoutExtension(board.File));
            Assert.True(JsonNode.DeepEquals(board.Node, JsonNode.Parse((string)map.Node["data"]![board.File]!)));
            Assert.Equal("1", map.Labels["grafana_dashboard"]);
        });
    }

    private static IEnumerable<(int X, int Y)> CellsOf(JsonObject panel)
    {
        var (x, y, w, h) = ((int)panel["gridPos"]!["x"]!, (int)panel["gridPos"]!["y"]!, (int)panel["gridPos"]!["w"]!, (int)panel["gridPos"]!["h"]!);
        return from column in Enumerable.Range(x, w) from row in Enumerable.Range(y, h) select (column, row);
    }
}
