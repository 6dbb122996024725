using System.Text.Json;
using System.Text.Json.Nodes;

namespace StreamForge.Tests.Helm.Outside;

/// <summary>Other people's schemas and grammars: packages of npm that somebody has installed in <c>tests/Helm/Node</c>.</summary>
internal static class Judge
{
    private static readonly string _folder = Path.Combine(Repository.Root, "tests", "Helm", "Node");

    /// <summary>What they complain of.</summary>
    /// <param name="what"><c>kubernetes</c>, <c>promql</c>, <c>dockerfile</c> or <c>compose</c>.</param>
    public static IReadOnlyList<string> Of(string what, IEnumerable<JsonNode> items)
    {
        var node = Tool.Find("node");
        Assert.SkipWhen(
            node is null || !Directory.Exists(Path.Combine(_folder, "node_modules")),
            $"SKIPPED: no outside judge of {what}: it wants node, and `npm install` in tests/Helm/Node");
        var question = new JsonObject { ["what"] = what, ["items"] = new JsonArray([.. items.Select(item => item.DeepClone())]) };
        var (code, output, error) = Tool.Run(node!, [Path.Combine(_folder, "judge.mjs")], question.ToJsonString());
        Assert.True(code == 0, error);
        return JsonSerializer.Deserialize<string[]>(output)!;
    }
}
