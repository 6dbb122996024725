using StreamForge.Grains.State;
using StreamForge.Silo.Files;

namespace StreamForge.Silo.Storage.Files;

/// <summary>A file of rows.</summary>
internal sealed record RowSegment(IAppendFile File, string Name, long Number);

/// <summary>Where the newest version of a row stands.</summary>
/// <param name="Position">Of its frame.</param>
/// <param name="Size">Bytes of its frame.</param>
/// <param name="PayloadBytes">Bytes of the row's payload.</param>
internal sealed record RowEntry(RowHead Head, RowSegment Segment, long Position, int Size, int PayloadBytes);

/// <summary>The index of all rows, in memory: by key, and by kind in order of id. Not safe for threads.</summary>
internal sealed class RowTable
{
    private readonly Dictionary<StateKey, RowEntry> _rows = [];
    private readonly Dictionary<string, SortedSet<string>> _ids = new(StringComparer.Ordinal);

    /// <summary>Bytes of the frames that count.</summary>
    public long LiveBytes { get; private set; }

    public int Count => _rows.Count;

    public RowEntry? this[StateKey key] => _rows.GetValueOrDefault(key);

    public void Set(RowEntry entry)
    {
        var key = entry.Head.Key;
        if (_rows.TryGetValue(key, out var old))
        {
            LiveBytes -= old.Size;
        }
        else
        {
            if (!_ids.TryGetValue(key.Kind, out var ids))
                _ids.Add(key.Kind, ids = new SortedSet<string>(StringComparer.Ordinal));
            ids.Add(key.Id);
        }

        _rows[key] = entry;
        LiveBytes += entry.Size;
    }

    public void Remove(StateKey key)
    {
        if (!_rows.Remove(key, out var old))
            return;
        LiveBytes -= old.Size;
        _ids[key.Kind].Remove(key.Id);
    }

    public List<StateEntry> Query(StateQuery query)
    {
        var found = new List<StateEntry>();
        if (!_ids.TryGetValue(query.Kind, out var ids) || ids.Max is not { } last)
            return found;
        if (query.After is not null && string.CompareOrdinal(query.After, last) >= 0)
            return found;

        var range = query.After is null ? ids : ids.GetViewBetween(query.After, last);
        foreach (var id in range)
        {
            if (found.Count == query.Limit)
                break;
            if (string.Equals(id, query.After, StringComparison.Ordinal))
                continue;
            var row = _rows[new StateKey(query.Kind, id)];
            if (Matches(row.Head.Index, query))
                found.Add(new StateEntry(query.Kind, id, row.Head.Index, row.Head.WrittenAt, row.PayloadBytes));
        }

        return found;
    }

    private static bool Matches(StateIndex index, StateQuery query) =>
        (query.Scope is null || string.Equals(index.Scope, query.Scope, StringComparison.Ordinal))
        && (query.Status is null || string.Equals(index.Status, query.Status, StringComparison.Ordinal))
        && (query.DueBefore is null || index.DueAt < query.DueBefore);
}
