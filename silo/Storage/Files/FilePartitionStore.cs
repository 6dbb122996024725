using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage.Files;

/// <summary>
/// Partition rows in the files of the grain state, so that both are made durable by the same syncs. A partition and its parked
/// keys are one row: whatever changes it is conditional on its epoch and its ETag at once.
/// </summary>
public sealed class FilePartitionStore(IStateStore rows, TimeProvider time, IIdSource ids) : IPartitionStore
{
    private const string Kind = "$partition";
    private const string HasParked = "parked";
    private const int Schema = 1;
    private const int PageSize = 1_000;

    public async ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation)
    {
        var row = await Change(
            key,
            (row, now) => row is null
                ? new PartitionFile(new PartitionRow(key, 1, 0, owner, now), [])
                : row with { Row = row.Row with { Epoch = row.Row.Epoch + 1, Owner = owner, UpdatedAt = now } },
            cancellation);
        return row!.Row;
    }

    public async ValueTask<AdvanceOutcome> Advance(PartitionKey key, long epoch, long known, long lowWater, CancellationToken cancellation)
    {
        var outcome = AdvanceOutcome.Stored;
        await Change(
            key,
            (row, now) =>
            {
                outcome = AdvanceRule.Decide(row?.Row, epoch, known);
                return outcome == AdvanceOutcome.Stored ? row! with { Row = row.Row with { LowWater = lowWater, UpdatedAt = now } } : null;
            },
            cancellation);
        return outcome;
    }

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation) =>
        ChangeAs(epoch, key, (row, now) => row with { Row = row.Row with { Loss = loss, UpdatedAt = now } }, cancellation);

    public async ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) =>
        [.. (await ReadAll(new StateQuery(Kind, Scope: group, Limit: PageSize), cancellation)).Select(file => file.Row)];

    public async ValueTask<IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>> ListParkedOf(
        string group, CancellationToken cancellation) =>
        [.. (await ReadAll(new StateQuery(Kind, Scope: group, Status: HasParked, Limit: PageSize), cancellation))
            .SelectMany(file => file.Parked.Select(row => (file.Row.Key, row)))];

    private async ValueTask<List<PartitionFile>> ReadAll(StateQuery query, CancellationToken cancellation)
    {
        var found = new List<PartitionFile>();
        while (true)
        {
            var page = await rows.Query(query, cancellation);
            foreach (var entry in page)
                if (await rows.Read(new StateKey(Kind, entry.Id), cancellation) is { } row)
                    found.Add(PartitionFile.Decode(row.Payload));
            if (page.Count < PageSize)
                return found;
            query = query with { After = page[^1].Id };
        }
    }

    public ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation) =>
        ChangeAs(epoch, key, (file, _) => file.Park(row), cancellation);

    public ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation) =>
        ChangeAs(epoch, key, (file, _) => file.Unpark(recordKey, fromOffset), cancellation);

    public async ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) =>
        await rows.Read(RowKey(key), cancellation) is { } row ? PartitionFile.Decode(row.Payload).Parked : [];

    private async ValueTask<bool> ChangeAs(
        long epoch, PartitionKey key, Func<PartitionFile, DateTimeOffset, PartitionFile> change, CancellationToken cancellation) =>
        await Change(key, (row, now) => row is null || row.Row.Epoch != epoch ? null : change(row, now), cancellation) is not null;

    /// <summary>Reads, changes and writes under the condition of what was read, again and again while others come between.</summary>
    /// <param name="change">Returns null where nothing may be changed.</param>
    /// <returns>What is stored now; null where the change was refused.</returns>
    private async ValueTask<PartitionFile?> Change(
        PartitionKey key, Func<PartitionFile?, DateTimeOffset, PartitionFile?> change, CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await rows.Read(RowKey(key), cancellation);
            var changed = change(stored is null ? null : PartitionFile.Decode(stored.Payload), time.GetUtcNow());
            if (changed is null)
                return null;
            var write = new StateWrite
            {
                Key = RowKey(key),
                SchemaVersion = Schema,
                Payload = changed.Encode(),
                ExpectedETag = stored?.ETag,
                ETag = ids.NewId(),
                Index = new StateIndex(key.Group, changed.Parked.Count > 0 ? HasParked : null, changed.Row.LowWater),
            };
            if ((await rows.Write(write, cancellation)).Written)
                return changed;
        }
    }

    private static StateKey RowKey(PartitionKey key) =>
        new(Kind, string.Create(null, $"{key.Group}/{key.Topic}/{key.LogId:N}/{key.Partition:D5}"));
}
