using System.Text;
using System.Text.Json;
using StreamForge.Sources.Connectors;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>A raw topic in memory, whose appends can be held back or fail.</summary>
internal sealed class MemorySink : IRawSink
{
    private readonly Lock _lock = new();
    private readonly List<RawRecord> _records = [];
    private readonly List<RawRecord> _watermarks = [];
    private readonly List<(RawRecord Record, TaskCompletionSource Done)> _held = [];
    private bool _holds;
    private Func<RawRecord, Exception?> _fails = _ => null;

    public IReadOnlyList<RawRecord> Records
    {
        get
        {
            lock (_lock)
                return [.. _records];
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _records.Count;
        }
    }

    /// <summary>All watermarks written, in order.</summary>
    public IReadOnlyList<(DateTimeOffset Through, bool Up, string? Reason, string Unasked)> Watermarks
    {
        get
        {
            lock (_lock)
                return [.. _watermarks.Select(Read)];
        }
    }

    public IEnumerable<RawRecord> OfSchema(string schema) => Records.Where(r => HeaderOf(r, RawHeaders.Schema) == schema);

    /// <summary>Appends wait until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_lock)
            _holds = true;
    }

    /// <summary>What waits is appended, in the order of the calls.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _holds = false;
            foreach (var (record, done) in _held)
            {
                _records.Add(record);
                done.SetResult();
            }
            _held.Clear();
        }
    }

    /// <summary>Appends of these records fail, with nothing appended.</summary>
    public void FailWhere(Func<RawRecord, Exception?> fails) => _fails = fails;

    public Task Append(RawRecord record, CancellationToken cancellation)
    {
        if (_fails(record) is { } failure)
            return Task.FromException(failure);
        lock (_lock)
        {
            if (!_holds)
            {
                _records.Add(record);
                return Task.CompletedTask;
            }
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held.Add((record, done));
            return done.Task.WaitAsync(cancellation);
        }
    }

    public Task AppendToAll(RawRecord record, CancellationToken cancellation)
    {
        lock (_lock)
            _watermarks.Add(record);
        return Task.CompletedTask;
    }

    public static string? HeaderOf(RawRecord record, string name)
    {
        foreach (var header in record.Headers)
            if (header.Name == name)
                return Encoding.UTF8.GetString(header.Value.Span);
        return null;
    }

    public static string TextOf(RawRecord record) => Encoding.UTF8.GetString(record.Value.Span);

    private static (DateTimeOffset, bool, string?, string) Read(RawRecord record)
    {
        using var json = JsonDocument.Parse(record.Value);
        var root = json.RootElement;
        return (root.GetProperty("through").GetDateTimeOffset(), root.GetProperty("up").GetBoolean(),
            root.TryGetProperty("reason", out var reason) ? reason.GetString() : null,
            root.TryGetProperty("unasked", out var unasked) ? string.Join(' ', unasked.EnumerateArray().Select(name => name.GetString())) : "");
    }
}
