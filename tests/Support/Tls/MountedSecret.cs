using System.Runtime.InteropServices;

namespace StreamForge.Tests.Support.Tls;

/// <summary>
/// A folder of files as a kubelet mounts a Secret: each file is a link through the folder <c>..data</c>, which is a link itself, to a folder of
/// the moment. New content is a new such folder and one renamed link (kubernetes/pkg/volume/util/atomic_writer.go).
/// </summary>
public sealed partial class MountedSecret(string folder)
{
    private const string Data = "..data";
    private int _version;

    public string File(string name) => Path.Combine(folder, name);

    /// <summary>Replaces all at once.</summary>
    public void Write(params (string Name, string Content)[] files)
    {
        var moment = $"..version_{++_version}";
        Directory.CreateDirectory(Path.Combine(folder, moment));
        foreach (var (name, content) in files)
            System.IO.File.WriteAllText(Path.Combine(folder, moment, name), content);
        var link = Path.Combine(folder, Data + "_tmp");
        Directory.CreateSymbolicLink(link, moment);
        // Over the link that is there: nothing of .NET does that to a link to a folder.
        if (Rename(link, Path.Combine(folder, Data)) != 0)
            throw new IOException($"rename(2) failed: {Marshal.GetLastPInvokeErrorMessage()}");
        foreach (var (name, _) in files)
            if (new FileInfo(File(name)) is { Exists: false, LinkTarget: null })
                System.IO.File.CreateSymbolicLink(File(name), Path.Combine(Data, name));
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(string from, string to);
}
