namespace StreamForge.Tests.Helm;

/// <summary>The folder that all of this is in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string File(params string[] parts) => System.IO.File.ReadAllText(Path(parts));

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("The tests do not run from inside the repository.");
    }
}
