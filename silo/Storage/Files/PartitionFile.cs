using System.Text.Json;

namespace StreamForge.Silo.Storage.Files;

/// <summary>What is stored of a partition: its row and its parked keys.</summary>
internal sealed record PartitionFile(PartitionRow Row, IReadOnlyList<ParkedRow> Parked)
{
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

    public static PartitionFile Decode(ReadOnlyMemory<byte> payload) =>
        JsonSerializer.Deserialize<PartitionFile>(payload.Span, JsonSerializerOptions.Web)
        ?? throw new InvalidDataException("A partition row is empty.");

    private PartitionFile With(string key, ParkedRow? row) => this with
    {
        Parked = [.. Parked.Where(p => p.Key != key).Concat(row is null ? [] : [row]).OrderBy(p => p.Key, StringComparer.Ordinal)],
    };
}
