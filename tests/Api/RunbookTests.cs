using System.Text.Json;
using System.Text.RegularExpressions;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>What runbooks, rules and dashboards send people to is there.</summary>
public sealed partial class RunbookTests(ApiHost host)
{
    private static readonly string Root = FindRoot();

    [Fact]
    public async Task Addresses_in_runbooks_are_served()
    {
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().ToArray();
        var named = Files("docs/runbooks", "*.md").SelectMany(file => Address().Matches(File.ReadAllText(file)).Select(match => (file, match))).ToArray();

        Assert.NotEmpty(named);
        foreach (var (file, match) in named)
        {
            var found = paths.FirstOrDefault(path => Leads(match.Groups["path"].Value, path.Name));
            Assert.True(found.Name is not null, $"{file}: {match.Value} is not served");
            var method = match.Groups["method"] is { Success: true } asked ? asked.Value.ToLowerInvariant() : found.Value.EnumerateObject().First().Name;
            Assert.True(found.Value.TryGetProperty(method, out var operation), $"{file}: {match.Value} is not served");
            if (match.Groups["name"] is { Success: true } name)
                AssertTakes(operation, name.Value, match.Groups["value"].Value, $"{file}: {match.Value}");
        }
    }

    [Theory]
    [InlineData("docs", "*.md")]
    [InlineData("helm/streamforge/rules", "*.yaml")]
    [InlineData("helm/streamforge/dashboards", "*.json")]
    public void Metrics_that_are_named_are_made(string folder, string pattern)
    {
        var made = ((string[])["silo", "grains", "sources", "client-api", "hosting", "hosts", "standalone"])
            .SelectMany(room => Files(room, "*.cs"))
            .SelectMany(file => Made().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value.Replace('.', '_')))
            .ToHashSet(StringComparer.Ordinal);
        var named = Files(folder, pattern).SelectMany(file => Named().Matches(File.ReadAllText(file)).Select(match => (file, match.Value))).ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, use => Assert.True(Bases(use.Value).Any(made.Contains), $"{use.file}: nobody makes {use.Value}"));
    }

    /// <summary>Names of instruments that a name at Prometheus may come from: it gets a word for the unit, and one for what it counts.</summary>
    private static IEnumerable<string> Bases(string name)
    {
        yield return name;
        var suffix = Suffix().Match(name);
        if (suffix.Success)
            foreach (var shorter in Bases(name[..suffix.Index]))
                yield return shorter;
    }

    private static void AssertTakes(JsonElement operation, string name, string value, string use)
    {
        var parameter = operation.GetProperty("parameters").EnumerateArray().FirstOrDefault(one => one.GetProperty("name").GetString() == name);
        Assert.True(parameter.ValueKind == JsonValueKind.Object, $"{use}: {name} is not taken");
        if (parameter.GetProperty("schema").TryGetProperty("enum", out var words))
            Assert.Contains(value, words.EnumerateArray().Select(word => word.GetString()));
    }

    private static bool Leads(string address, string template)
    {
        var (asked, served) = (address.Split('/'), template.Split('/'));
        return asked.Length == served.Length
            && asked.Zip(served).All(static pair => pair.First == pair.Second || pair.Second.StartsWith('{'));
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Platform.sln is in no folder above.");
        return folder.FullName;
    }

    [GeneratedRegex(@"(?:\b(?<method>GET|POST) )?(?:\$API)?(?<path>/v1/[A-Za-z0-9/._{}-]*[A-Za-z0-9}])(?:\?(?<name>[a-z]+)=(?<value>[A-Za-z-]+))?", RegexOptions.None, 1_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<!role |to )\bstreamforge_[a-z_]+\b", RegexOptions.None, 1_000)]
    private static partial Regex Named();

    [GeneratedRegex(@"""(?<name>streamforge\.[a-z_.]+)""", RegexOptions.None, 1_000)]
    private static partial Regex Made();

    [GeneratedRegex("_(?:total|seconds|days|bytes|bucket|sum|count)$", RegexOptions.None, 1_000)]
    private static partial Regex Suffix();
}
