using System.Text.Json;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage.Files;

/// <summary>Rows of one kind that hold JSON, in the files of a state store.</summary>
internal sealed class JsonRows<T>(IStateStore rows, string kind, IIdSource ids)
    where T : class
{
    public const int PageSize = 1_000;
    private const int Schema = 1;

    // What is not there would be taken for nothing.
    private static readonly JsonSerializerOptions Whole = new(JsonSerializerOptions.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>What is stored, and under which ETag; null where there is no row.</summary>
    public async ValueTask<(T Value, string ETag)?> Read(string id, CancellationToken cancellation) =>
        await rows.Read(new StateKey(kind, id), cancellation) is { } row ? (Decode(row), row.ETag) : null;

    /// <returns>False where something else is stored than <paramref name="expected"/> says: null, no row.</returns>
    public async ValueTask<bool> Write(string id, T value, string? expected, CancellationToken cancellation, StateIndex index = default)
    {
        var write = new StateWrite
        {
            Key = new StateKey(kind, id),
            SchemaVersion = Schema,
            Payload = JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web),
            ExpectedETag = expected,
            ETag = ids.NewId(),
            Index = index,
        };
        return (await rows.Write(write, cancellation)).Written;
    }

    /// <returns>False where something else is stored.</returns>
    public async ValueTask<bool> Delete(string id, string etag, CancellationToken cancellation) =>
        (await rows.Delete(new StateKey(kind, id), etag, cancellation)).Written;

    /// <summary>Ids in ordinal order, at most <paramref name="limit"/>; those of one index only where it is given.</summary>
    public ValueTask<IReadOnlyList<StateEntry>> Query(
        string? after, int limit, CancellationToken cancellation, string? scope = null, string? status = null) =>
        rows.Query(new StateQuery(kind, scope, status, After: after, Limit: limit), cancellation);

    /// <summary>All rows, in order of id.</summary>
    public async ValueTask<IReadOnlyList<T>> ReadAll(CancellationToken cancellation)
    {
        var all = new List<T>();
        string? after = null;
        while (true)
        {
            var page = await Query(after, PageSize, cancellation);
            foreach (var entry in page)
                if (await Read(entry.Id, cancellation) is { } row)
                    all.Add(row.Value);
            if (page.Count < PageSize)
                return all;
            after = page[^1].Id;
        }
    }

    private static T Decode(StateRow row)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(row.Payload.Span, Whole) ?? throw new InvalidDataException($"{row.Key} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{row.Key} is no {typeof(T).Name}: {e.Message}", e);
        }
    }
}
