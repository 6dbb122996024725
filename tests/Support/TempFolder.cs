namespace StreamForge.Tests.Support;

/// <summary>A folder of a test's own, deleted at its end.</summary>
public sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamforge-");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
