#pragma warning disable RS0030 // The disk is real: its writes wait on threads of their own, so that no turn waits for a platter.
namespace StreamForge.Silo.Files;

/// <summary>Files below a folder of this machine.</summary>
public sealed class DiskFileSystem : IFileSystem, IDisposable
{
    private readonly string _root;
    private readonly DiskWorkers _workers;

    /// <param name="root">Created where it is missing.</param>
    /// <param name="workers">Threads that write and sync, from 1 to 64: how many files are synced at once. A disk syncs many together in little more than the time of one.</param>
    public DiskFileSystem(string root, int workers = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, 64);
        _root = Path.GetFullPath(root);
        Directory.CreateDirectory(_root);
        _workers = new DiskWorkers(workers);
    }

    public string Describe(string path) => Full(path);

    public IDisposable Claim(string folder) =>
        FolderClaim.TryTake(Full(folder), out var claim, out var owner) ? claim : throw new FolderInUseException(Full(folder), owner);

    public IReadOnlyList<string> Files(string folder) => Names(folder, Directory.EnumerateFiles);

    public IReadOnlyList<string> Folders(string folder) => Names(folder, Directory.EnumerateDirectories);

    public ValueTask<IAppendFile> OpenAppend(string path) => new(_workers.Run<IAppendFile>(() =>
    {
        var full = Full(path);
        MakeFolder(Path.GetDirectoryName(full)!);
        var isNew = !File.Exists(full);
        var handle = File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (isNew)
            DurableFolder.Sync(Path.GetDirectoryName(full)!);
        return new DiskAppendFile(path, handle, _workers);
    }));

    public ValueTask<byte[]?> ReadSmall(string path) =>
        new(_workers.Run(() => File.Exists(Full(path)) ? File.ReadAllBytes(Full(path)) : null));

    public ValueTask WriteSmall(string path, ReadOnlyMemory<byte> content) => new(_workers.Run(() =>
    {
        var full = Full(path);
        MakeFolder(Path.GetDirectoryName(full)!);
        var next = full + ".next";
        using (var handle = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content.Span, 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(next, full, overwrite: true);
        DurableFolder.Sync(Path.GetDirectoryName(full)!);
        return true;
    }));

    public ValueTask Delete(string path) => new(_workers.Run(() =>
    {
        var full = Full(path);
        if (File.Exists(full))
        {
            File.Delete(full);
            DurableFolder.Sync(Path.GetDirectoryName(full)!);
        }

        return true;
    }));

    public void Dispose() => _workers.Dispose();

    private string Full(string path) => Path.Combine(_root, path.Replace('/', Path.DirectorySeparatorChar));

    private string[] Names(string folder, Func<string, IEnumerable<string>> list)
    {
        var full = Full(folder);
        return Directory.Exists(full) ? [.. list(full).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>A new folder is an entry of its parent, which has to be durable too.</summary>
    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
            MakeFolder(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null)
            DurableFolder.Sync(parent);
    }
}
