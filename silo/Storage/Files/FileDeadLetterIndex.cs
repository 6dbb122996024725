using System.Collections.Immutable;
using StreamForge.Contracts.Operations;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage.Files;

/// <summary>Dead letters in the files of the partitions' rows: a row each, which is in memory but for what the letter says.</summary>
public sealed class FileDeadLetterIndex(IStateStore rows, IIdSource ids) : IDeadLetterIndex
{
    // Of a reason that is rare not all letters are read for one page.
    private const int MaxRead = 5_000;
    private const int CountPage = 10_000;

    private readonly JsonRows<DeadLetter> _rows = new(rows, "$dead-letter", ids);

    public async ValueTask Add(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        var writes = new Task<bool>[letters.Count];
        for (var i = 0; i < writes.Length; i++)
            writes[i] = _rows.Write(letters[i].Id, letters[i], expected: null, cancellation, IndexOf(letters[i])).AsTask();
        // Together, so that one sync makes all of them durable.
        foreach (var write in writes)
            await write;
    }

    public async ValueTask<StoredLetter?> Find(string id, CancellationToken cancellation) =>
        await _rows.Read(id, cancellation) is { } row ? new StoredLetter(row.Value, row.ETag) : null;

    public ValueTask<bool> Change(StoredLetter found, DeadLetter letter, CancellationToken cancellation) =>
        _rows.Write(letter.Id, letter, found.Version, cancellation, IndexOf(letter));

    public async ValueTask<DeadLetterPage> ListLetters(DeadLetterQuery query, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<DeadLetter>();
        var after = query.After;
        for (var left = MaxRead; left > 0;)
        {
            var entries = await _rows.Query(after, query.Limit + 1, cancellation, query.Topic, query.State?.ToString());
            foreach (var entry in entries)
            {
                if (found.Count == query.Limit)
                    return new DeadLetterPage(found.ToImmutable(), after);
                if (await _rows.Read(entry.Id, cancellation) is { } row
                    && (query.Reason is null || row.Value.Reason.Contains(query.Reason, StringComparison.OrdinalIgnoreCase)))
                    found.Add(row.Value);
                after = entry.Id;
            }
            if (entries.Count <= query.Limit)
                return new DeadLetterPage(found.ToImmutable(), null);
            left -= entries.Count;
        }
        return new DeadLetterPage(found.ToImmutable(), after);
    }

    public async ValueTask<DeadLetterCounts> Count(CancellationToken cancellation)
    {
        var counts = new long[Enum.GetValues<DeadLetterState>().Length];
        await foreach (var entry in All(cancellation))
            counts[(int)Enum.Parse<DeadLetterState>(entry.Index.Status!)]++;
        return new DeadLetterCounts(
            counts[(int)DeadLetterState.Open] + counts[(int)DeadLetterState.Replaying], counts[(int)DeadLetterState.Replayed],
            counts[(int)DeadLetterState.Discarded]);
    }

    public async ValueTask<int> Forget(Guid logId, int partition, long below, CancellationToken cancellation)
    {
        var gone = 0;
        await foreach (var entry in All(cancellation))
            if (await _rows.Read(entry.Id, cancellation) is { Value.Stands: var stands } row && stands.Partition == partition
                && (stands.LogId != logId || stands.Offset < below) && await _rows.Delete(entry.Id, row.ETag, cancellation))
                gone++;
        return gone;
    }

    private async IAsyncEnumerable<StateEntry> All([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var page = await _rows.Query(after, CountPage, cancellation);
            foreach (var entry in page)
                yield return entry;
            if (page.Count < CountPage)
                yield break;
            after = page[^1].Id;
        }
    }

    private static StateIndex IndexOf(DeadLetter letter) => new(letter.Topic, letter.State.ToString());
}
