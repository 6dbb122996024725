using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace StreamForge.Silo.Files;

/// <summary>
/// The claim of one process on a folder: an advisory lock (flock) on a file in it. The kernel drops it when its process dies, so a stale
/// file claims nothing.
/// </summary>
internal static class FolderClaim
{
    private const string ClaimName = "lock";
    private const string OwnerName = "lock.owner";

    /// <param name="folder">Created where it is missing.</param>
    /// <param name="claim">Ends when it is disposed, or with its process.</param>
    /// <param name="owner">Who has it: another process, or somebody else in this one.</param>
    public static bool TryTake(string folder, [NotNullWhen(true)] out IDisposable? claim, [NotNullWhen(false)] out string? owner)
    {
        Directory.CreateDirectory(folder);
        var note = Path.Combine(folder, OwnerName);
        try
        {
            claim = new FileStream(Path.Combine(folder, ClaimName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            (claim, owner) = (null, File.Exists(note) ? File.ReadAllText(note).Trim() : "another process");
            return false;
        }

        File.WriteAllText(note, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}\n"));
        owner = null;
        return true;
    }
}
