using StreamForge.Silo.Files;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Storage;

/// <summary>The real disk, where the simulated one cannot stand in for it: what the system refuses.</summary>
public sealed class DiskFileSystemTests
{
    [Fact]
    public async Task What_the_system_does_not_allow_is_an_IO_error_like_any_other()
    {
        using var folder = new TempFolder();
        using var disk = new DiskFileSystem(folder.Path);
        // A folder in the place of a file is refused to anybody, the administrator included.
        Directory.CreateDirectory(Path.Combine(folder.Path, "taken"));
        await Assert.ThrowsAsync<IOException>(() => disk.OpenAppend("taken").AsTask());

        await using var file = await disk.OpenAppend("free");
        await file.Append([new byte[] { 1 }], sync: true);
        Assert.Equal(1, file.Length);
    }
}
