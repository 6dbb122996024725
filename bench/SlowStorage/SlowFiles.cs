using StreamForge.Silo.Files;

namespace StreamForge.Bench.SlowStorage;

/// <summary>Whether writes are slow now, and how many were.</summary>
internal sealed class Slowness(TimeSpan each)
{
    private volatile bool _isOn;
    private long _slowed;

    /// <summary>Writes that begin while it is on take so much longer.</summary>
    public bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }

    public long Slowed => Interlocked.Read(ref _slowed);

    public async ValueTask Pass()
    {
        if (!_isOn)
            return;
        Interlocked.Increment(ref _slowed);
        await Task.Delay(each, TimeProvider.System);
    }
}

/// <summary>Files whose appends are as slow as asked for; reads are as fast as ever.</summary>
internal sealed class SlowFiles(IFileSystem inner, Slowness slowness) : IFileSystem
{
    public IDisposable Claim(string folder) => inner.Claim(folder);

    public IReadOnlyList<string> Files(string folder) => inner.Files(folder);

    public IReadOnlyList<string> Folders(string folder) => inner.Folders(folder);

    public async ValueTask<IAppendFile> OpenAppend(string path) => new SlowFile(await inner.OpenAppend(path), slowness);

    public ValueTask<byte[]?> ReadSmall(string path) => inner.ReadSmall(path);

    public ValueTask WriteSmall(string path, ReadOnlyMemory<byte> content) => inner.WriteSmall(path, content);

    public ValueTask Delete(string path) => inner.Delete(path);

    public string Describe(string path) => inner.Describe(path);

    private sealed class SlowFile(IAppendFile inner, Slowness slowness) : IAppendFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public async ValueTask Append(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool sync)
        {
            await slowness.Pass();
            await inner.Append(parts, sync);
        }

        public ValueTask<int> ReadAt(long position, Memory<byte> buffer) => inner.ReadAt(position, buffer);

        public ValueTask Truncate(long length) => inner.Truncate(length);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
