namespace StreamForge.Tests.Support.Recordings;

/// <summary>The folder of recordings beside the project: <c>shared/data</c>, searched upwards from the test's binaries.</summary>
public static class SharedData
{
    /// <summary>A file of the folder; the test is skipped where the folder is absent.</summary>
    /// <param name="relative">As in <c>market/kraken/KRAKEN.ws.50.0</c>.</param>
    public static string Path(string relative)
    {
        var root = Find();
        if (root is null)
            Assert.Skip("The recordings in shared/data are not on this machine.");
        return System.IO.Path.Combine(root, relative);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
