using Microsoft.Win32.SafeHandles;

namespace StreamForge.Silo.Files;

/// <summary>An append-only file of the disk; writes and syncs run on the workers.</summary>
internal sealed class DiskAppendFile : IAppendFile
{
    private readonly SafeFileHandle _handle;
    private readonly DiskWorkers _workers;
    private long _length;

    public DiskAppendFile(string path, SafeFileHandle handle, DiskWorkers workers)
    {
        Path = path;
        _handle = handle;
        _workers = workers;
        _length = RandomAccess.GetLength(handle);
    }

    public string Path { get; }

    public long Length => Volatile.Read(ref _length);

    public ValueTask Append(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool sync) => new(_workers.Run(() =>
    {
        if (parts.Count > 0)
            RandomAccess.Write(_handle, parts, _length);
        if (sync)
            RandomAccess.FlushToDisk(_handle);
        var written = 0L;
        for (var i = 0; i < parts.Count; i++)
            written += parts[i].Length;
        Volatile.Write(ref _length, _length + written);
        return true;
    }));

    public async ValueTask<int> ReadAt(long position, Memory<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length)
        {
            var read = await RandomAccess.ReadAsync(_handle, buffer[done..], position + done);
            if (read == 0)
                break;
            done += read;
        }

        return done;
    }

    public ValueTask Truncate(long length) => new(_workers.Run(() =>
    {
        RandomAccess.SetLength(_handle, length);
        RandomAccess.FlushToDisk(_handle);
        Volatile.Write(ref _length, length);
        return true;
    }));

    public ValueTask DisposeAsync()
    {
        _handle.Dispose();
        return ValueTask.CompletedTask;
    }
}
