using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;

namespace StreamForge.Tests.Engine;

/// <summary>Rows in memory with ETags, written under the condition of theirs; tests can write behind a grain's back.</summary>
public sealed class MemoryStorage(Probe probe) : IGrainStorage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, (string Json, long Version)> _rows = [];

    /// <summary>Keys whose next operation fails with this.</summary>
    public Dictionary<string, Exception> Failures { get; } = [];

    /// <summary>Keys whose writes wait for the gate <c>write:key</c>, after the bytes are made.</summary>
    public HashSet<string> SlowWrites { get; } = [];

    public void WriteBehindTheBack<T>(GrainId id, T state)
    {
        lock (_lock)
            _rows[id] = (JsonSerializer.Serialize(state), _rows.GetValueOrDefault(id).Version + 1);
    }

    public T Stored<T>(GrainId id)
    {
        lock (_lock)
            return JsonSerializer.Deserialize<T>(_rows[id].Json)!;
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail(grainId);
        probe.Note(grainId.Key.ToString()!, "read");
        lock (_lock)
        {
            var exists = _rows.TryGetValue(grainId, out var row);
            grainState.State = exists ? JsonSerializer.Deserialize<T>(row.Json)! : Activator.CreateInstance<T>();
            (grainState.RecordExists, grainState.ETag) = (exists, exists ? row.Version.ToString() : null);
        }

        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail(grainId);
        var key = grainId.Key.ToString()!;
        var json = JsonSerializer.Serialize(grainState.State);
        probe.Note(key, $"serialised {json}");
        if (SlowWrites.Contains(key))
            await probe.Gate($"write:{key}");
        lock (_lock)
        {
            var stored = _rows.TryGetValue(grainId, out var row) ? row.Version.ToString() : null;
            if (stored != grainState.ETag)
                throw new InconsistentStateException("Somebody else wrote.", stored, grainState.ETag);
            _rows[grainId] = (json, row.Version + 1);
            (grainState.RecordExists, grainState.ETag) = (true, (row.Version + 1).ToString());
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
            _rows.Remove(grainId);
        (grainState.RecordExists, grainState.ETag) = (false, null);
        return Task.CompletedTask;
    }

    private void Fail(GrainId id)
    {
        if (Failures.Remove(id.Key.ToString()!, out var failure))
            throw failure;
    }
}
