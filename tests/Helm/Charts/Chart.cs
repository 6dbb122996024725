using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using StreamForge.Tests.Helm.Outside;

namespace StreamForge.Tests.Helm.Charts;

/// <summary>The chart, rendered by Helm where it is installed, otherwise by Go's template engine with Sprig, as Debian packages them.</summary>
internal static class Chart
{
    public const string Release = "sf";
    public const string Namespace = "bank";
    private const string GoLibraries = "/usr/share/gocode";

    private static readonly ConcurrentDictionary<string, Lazy<Outcome>> _outcomes = new();
    private static readonly Lazy<Renderer?> _renderer = new(Find);

    /// <summary>The sets of values that are rendered, by name.</summary>
    public static IEnumerable<string> ValueSets { get; } =
        [.. Directory.GetFiles(Repository.Path("tests", "Helm", "Values"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static string Folder => Repository.Path("helm", "streamforge");

    public static string ValuesFile(string set) => Repository.Path("tests", "Helm", "Values", set + ".yaml");

    /// <summary>The objects that a set of values gives, which the caller may change.</summary>
    public static Rendered Render(string set)
    {
        var (code, output, error) = _outcomes.GetOrAdd(set, static set => new(() => Run(ValuesFile(set)))).Value;
        Assert.True(code == 0, $"{set}: {error}");
        return new Rendered(output);
    }

    /// <summary>How rendering ends with values that are given as text.</summary>
    public static Outcome RenderText(string values)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, values);
            return Run(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Outcome Run(string values)
    {
        var renderer = _renderer.Value;
        Assert.SkipWhen(
            renderer is null,
            "SKIPPED: the chart is not rendered: neither helm nor Go with Sprig is here (Debian: golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev)");
        return Tool.Run(renderer!.Program, renderer.Arguments(values));
    }

    private static Renderer? Find()
    {
        if (Tool.Find("helm") is { } helm)
            return new Renderer(helm, values => ["template", Release, Folder, "--namespace", Namespace, "--values", values]);
        var go = Tool.Find("go");
        if (go is null || !Directory.Exists(Path.Combine(GoLibraries, "src/github.com/Masterminds/sprig"))
            || !Directory.Exists(Path.Combine(GoLibraries, "src/sigs.k8s.io/yaml")))
            return null;
        return new Renderer(Build(go), values => [Folder, Release, Namespace, values]);
    }

    /// <summary>Built once for a source, beside the tests; without modules, so that nothing is fetched.</summary>
    private static string Build(string go)
    {
        var source = Repository.Path("tests", "Helm", "Renderer", "main.go");
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(File.ReadAllText(source))))[..16];
        var program = Path.Combine(AppContext.BaseDirectory, $"chart-renderer-{digest}");
        if (File.Exists(program))
            return program;
        var building = program + "-" + Environment.ProcessId;
        var environment = new Dictionary<string, string> { ["GO111MODULE"] = "off", ["GOPATH"] = GoLibraries, ["GOFLAGS"] = "", ["GOTOOLCHAIN"] = "local" };
        var (code, _, error) = Tool.Run(go, ["build", "-o", building, source], environment: environment);
        Assert.True(code == 0, error);
        File.Move(building, program, overwrite: true);
        return program;
    }

    private sealed record Renderer(string Program, Func<string, IEnumerable<string>> Arguments);
}
