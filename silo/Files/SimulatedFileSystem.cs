namespace StreamForge.Silo.Files;

/// <summary>What the simulated disk is about to do, for tests and simulators to fail or delay.</summary>
public enum DiskOperation
{
    Append = 0,
    Sync = 1,
    Truncate = 2,
    Create = 3,
    Delete = 4,
    WriteSmall = 5,
}

/// <summary>
/// A file system in memory that can crash. A crash keeps what was synced and, of what was not, a random part: a prefix, in
/// which random sectors may be lost. Creating, deleting and replacing small files are durable at once, as the port promises.
/// </summary>
public sealed class SimulatedFileSystem : IFileSystem
{
    private const int Sector = 512;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SimulatedFile> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, byte[]> _small = new(StringComparer.Ordinal);
    private readonly HashSet<string> _claims = new(StringComparer.Ordinal);
    private int _generation;

    /// <summary>Runs before an operation on a path; what it throws is the operation's failure, what it awaits its delay.</summary>
    public Func<DiskOperation, string, ValueTask>? Before { get; set; }

    /// <summary>How often a file was synced.</summary>
    public long Syncs { get; private set; }

    public string Describe(string path) => "sim:/" + path;

    public IDisposable Claim(string folder)
    {
        lock (_lock)
        {
            if (!_claims.Add(folder))
                throw new FolderInUseException(Describe(folder), "another part of this process");
            return new Release(this, folder, _generation);
        }
    }

    public IReadOnlyList<string> Files(string folder)
    {
        var prefix = Prefix(folder);
        lock (_lock)
        {
            return [.. _files.Keys.Concat(_small.Keys)
                .Where(p => p.StartsWith(prefix, StringComparison.Ordinal) && !p[prefix.Length..].Contains('/'))
                .Select(p => p[prefix.Length..]).Order(StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<string> Folders(string folder)
    {
        var prefix = Prefix(folder);
        lock (_lock)
        {
            return [.. _files.Keys.Concat(_small.Keys)
                .Where(p => p.StartsWith(prefix, StringComparison.Ordinal) && p[prefix.Length..].Contains('/'))
                .Select(p => p[prefix.Length..p.IndexOf('/', prefix.Length)])
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
    }

    public async ValueTask<IAppendFile> OpenAppend(string path)
    {
        var generation = Generation();
        await Ask(DiskOperation.Create, path, generation);
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out var file))
                _files.Add(path, file = new SimulatedFile());
            return new Handle(this, path, file, generation);
        }
    }

    public ValueTask<byte[]?> ReadSmall(string path)
    {
        lock (_lock)
            return new ValueTask<byte[]?>(_small.GetValueOrDefault(path));
    }

    public async ValueTask WriteSmall(string path, ReadOnlyMemory<byte> content)
    {
        await Ask(DiskOperation.WriteSmall, path, Generation());
        lock (_lock)
            _small[path] = content.ToArray();
    }

    public async ValueTask Delete(string path)
    {
        await Ask(DiskOperation.Delete, path, Generation());
        lock (_lock)
        {
            _files.Remove(path);
            _small.Remove(path);
        }
    }

    /// <summary>
    /// The machine dies: what is open becomes useless, claims end, and what was not synced is kept in random part.
    /// </summary>
    public void Crash(Random random)
    {
        lock (_lock)
        {
            _generation++;
            _claims.Clear();
            foreach (var file in _files.Values)
                file.Tear(random, Sector);
        }
    }

    /// <summary>Takes a file away, durably: what an operator does to a machine that is down.</summary>
    public void Remove(string path)
    {
        lock (_lock)
        {
            _files.Remove(path);
            _small.Remove(path);
        }
    }

    /// <summary>A disk that holds what this one holds durably now: a backup.</summary>
    public SimulatedFileSystem Copy()
    {
        var copy = new SimulatedFileSystem();
        lock (_lock)
        {
            foreach (var (path, file) in _files)
                copy._files.Add(path, file.Durable());
            foreach (var (path, content) in _small)
                copy._small.Add(path, content);
        }

        return copy;
    }

    /// <summary>Becomes what a backup holds. What is open becomes useless, claims end.</summary>
    public void Restore(SimulatedFileSystem backup)
    {
        var copy = backup.Copy();
        lock (_lock)
        {
            _generation++;
            _claims.Clear();
            _files.Clear();
            _small.Clear();
            foreach (var (path, file) in copy._files)
                _files.Add(path, file);
            foreach (var (path, content) in copy._small)
                _small.Add(path, content);
        }
    }

    /// <summary>The bytes of a file, durable or not.</summary>
    public byte[] ReadFile(string path)
    {
        lock (_lock)
            return _files[path].ToArray();
    }

    /// <summary>The length of a file, durable or not; 0 where there is none.</summary>
    public long LengthOf(string path)
    {
        lock (_lock)
            return _files.TryGetValue(path, out var file) ? file.Length : 0;
    }

    /// <summary>Puts other bytes into a file, durably: damage, or a crash that a test chose itself.</summary>
    public void WriteFile(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out var file))
                _files.Add(path, file = new SimulatedFile());
            file.Replace(bytes);
        }
    }

    private static string Prefix(string folder) => folder.Length == 0 ? "" : folder + "/";

    private int Generation()
    {
        lock (_lock)
            return _generation;
    }

    /// <summary>Lets the hook fail or delay the operation; a process of before the crash fails anyhow.</summary>
    private async ValueTask Ask(DiskOperation operation, string path, int generation)
    {
        if (Before is { } before)
            await before(operation, path);
        if (generation != Generation())
            throw new IOException($"{Describe(path)}: the machine crashed.");
    }

    private sealed class Release(SimulatedFileSystem files, string folder, int generation) : IDisposable
    {
        public void Dispose()
        {
            lock (files._lock)
                if (generation == files._generation)
                    files._claims.Remove(folder);
        }
    }

    private sealed class Handle(SimulatedFileSystem files, string path, SimulatedFile file, int generation) : IAppendFile
    {
        private long _length = file.Length;
        private bool _disposed;

        public string Path => path;

        public long Length => Volatile.Read(ref _length);

        public async ValueTask Append(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool sync)
        {
            await Use(DiskOperation.Append);
            lock (files._lock)
                foreach (var part in parts)
                    file.Append(part.Span);
            if (sync)
            {
                await Use(DiskOperation.Sync);
                lock (files._lock)
                {
                    file.Sync();
                    files.Syncs++;
                }
            }

            Volatile.Write(ref _length, file.Length);
        }

        public ValueTask<int> ReadAt(long position, Memory<byte> buffer)
        {
            lock (files._lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return new ValueTask<int>(file.Read(position, buffer.Span));
            }
        }

        public async ValueTask Truncate(long length)
        {
            await Use(DiskOperation.Truncate);
            lock (files._lock)
            {
                file.Truncate(length);
                file.Sync();
            }

            Volatile.Write(ref _length, length);
        }

        public ValueTask DisposeAsync()
        {
            lock (files._lock)
                _disposed = true;
            return ValueTask.CompletedTask;
        }

        private ValueTask Use(DiskOperation operation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return files.Ask(operation, path, generation);
        }
    }
}
