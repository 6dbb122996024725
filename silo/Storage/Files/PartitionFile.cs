using System.Text.Json;

namespace StreamForge.Silo.Storage.Files;

/// <summary>What is stored of a partition: its row and its parked keys.</summary>
internal sealed record PartitionFile(PartitionRow Row, IReadOnlyList<ParkedRow> Parked)
{
    // What is not there would be taken for nothing: a mark at 0, a key that is not parked.
    private static readonly JsonSerializerOptions Whole = new(JsonSerializerOptions.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Parking a parked key keeps the lower offset, with its reason.</summary>
    public PartitionFile Park(ParkedRow row)
    {
        var known = Parked.FirstOrDefault(p => p.Key == row.Key);
        return known is not null && known.FromOffset <= row.FromOffset ? this : With(row.Key, row);
    }

    /// <summary>Moves a parked key, or removes it where there is no offset; a key that is not parked stays so.</summary>
    public PartitionFile Unpark(string key, long? fromOffset)
    {
        var known = Parked.FirstOrDefault(p => p.Key == key);
        return known is null ? this : With(key, fromOffset is { } from ? known with { FromOffset = from } : null);
    }

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    /// <exception cref="InvalidDataException">It is no such row.</exception>
    public static PartitionFile Decode(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize<PartitionFile>(payload.Span, Whole) ?? throw new InvalidDataException("A partition row is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"It is no partition row: {e.Message}", e);
        }
    }

    private PartitionFile With(string key, ParkedRow? row) => this with
    {
        Parked = [.. Parked.Where(p => p.Key != key).Concat(row is null ? [] : [row]).OrderBy(p => p.Key, StringComparer.Ordinal)],
    };
}
