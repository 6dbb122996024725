using System.Collections.Immutable;

namespace StreamForge.Sources.Recordings;

/// <summary>Counts the lines of a recording that could not be used, and remembers the first of them for a person.</summary>
public sealed class BadLines
{
    private const int Remembered = 20;
    private readonly Lock _lock = new();
    private ImmutableArray<string> _first = [];
    private long _count;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The first twenty, each as <c>file:line: reason</c>.</summary>
    public ImmutableArray<string> First
    {
        get
        {
            lock (_lock)
                return _first;
        }
    }

    internal void Add(string file, int line, string reason)
    {
        Interlocked.Increment(ref _count);
        lock (_lock)
        {
            if (_first.Length < Remembered)
                _first = _first.Add($"{file}:{line}: {reason}");
        }
    }
}
