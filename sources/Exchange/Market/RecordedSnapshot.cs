using System.Buffers;
using System.Text.Json;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>A REST snapshot that the recorder was given.</summary>
/// <param name="Sequence">Its <c>lastUpdateId</c>.</param>
/// <param name="Recorded">The body, as received.</param>
internal sealed record RecordedSnapshot(long Sequence, ReadOnlyMemory<byte> Recorded)
{
    public ReadOnlySpan<byte> Bytes => Recorded.Span;

    /// <summary>The body with at most <paramref name="limit"/> levels a side: the recorded bytes where it has no more.</summary>
    public byte[] Body(int limit)
    {
        using var document = JsonDocument.Parse(Recorded);
        var root = document.RootElement;
        if (Fits(root, "bids", limit) && Fits(root, "asks", limit))
            return Recorded.ToArray();

        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        foreach (var property in root.EnumerateObject())
        {
            json.WritePropertyName(property.Name);
            if (property.Name is not ("bids" or "asks"))
            {
                property.Value.WriteTo(json);
                continue;
            }

            json.WriteStartArray();
            foreach (var level in property.Value.EnumerateArray().Take(limit))
                level.WriteTo(json);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static bool Fits(JsonElement root, string side, int limit) =>
        !root.TryGetProperty(side, out var levels) || levels.GetArrayLength() <= limit;
}
