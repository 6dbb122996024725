using System.Text.RegularExpressions;
using StreamForge.Tests.Helm.Outside;

namespace StreamForge.Tests.Helm;

/// <summary>Dockerfiles: they build what there is, end as nobody in particular, and start what they built.</summary>
public sealed partial class DockerfileTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Repository.Path("docker"), "*.Dockerfile").Select(file => Path.GetFileName(file)!)];

    [Fact]
    public void They_are_well_formed() => Assert.Empty(Judge.Of(
        "dockerfile",
        Directory.GetFiles(Repository.Path("docker"), "*.Dockerfile").Select(file =>
            new System.Text.Json.Nodes.JsonObject { ["name"] = Path.GetFileName(file), ["text"] = File.ReadAllText(file) })));

    [Theory]
    [MemberData(nameof(Files))]
    public void They_publish_a_project_that_is_there_and_start_its_program(string file)
    {
        var text = Repository.File("docker", file);
        var project = Project().Match(text).Groups[1].Value;
        Assert.True(File.Exists(Repository.Path(project)), project);
        Assert.Contains($"ENTRYPOINT [\"/app/{Path.GetFileNameWithoutExtension(project)}\"]", text, StringComparison.Ordinal);
        var stages = text.Split("\nFROM ");
        Assert.Equal(3, stages.Length);
        Assert.Contains("\nUSER 1654:1654\n", stages[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("sdk", stages[^1].Split('\n')[0], StringComparison.Ordinal);
        Assert.Matches("COPY --from=build /app /app", stages[^1]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_left_out_of_the_context_is_needed_by_no_project_that_is_published(string file)
    {
        var left = File.ReadAllLines(Repository.Path(".dockerignore")).Where(line => Folder().IsMatch(line)).ToHashSet();
        var seen = new HashSet<string>();
        var open = new Queue<string>([Repository.Path(Project().Match(Repository.File("docker", file)).Groups[1].Value)]);
        while (open.TryDequeue(out var project))
        {
            if (!seen.Add(project))
                continue;
            var room = Path.GetRelativePath(Repository.Root, project).Split(Path.DirectorySeparatorChar)[0];
            Assert.DoesNotContain(room, left);
            foreach (Match reference in Reference().Matches(File.ReadAllText(project)))
                open.Enqueue(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Groups[1].Value)));
        }
    }

    [GeneratedRegex("dotnet publish (\\S+)")]
    private static partial Regex Project();

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("^[a-z]+$")]
    private static partial Regex Folder();
}
