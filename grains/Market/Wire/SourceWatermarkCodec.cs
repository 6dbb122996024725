using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Grains.Market.Wire;

/// <summary>The form of <see cref="SourceWatermark"/> on every topic: <c>docs/asyncapi.yaml</c>, message <c>watermark</c>.</summary>
public static class SourceWatermarkCodec
{
    private const int Unasked = 4;

    private static readonly FieldSet Set = new("source", "through", "up", "reason", "unasked");

    public static void Write(IBufferWriter<byte> output, SourceWatermark watermark)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(watermark);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("source"u8, watermark.Source);
        writer.WriteString("through"u8, watermark.Through.ToUniversalTime());
        writer.WriteBoolean("up"u8, watermark.Up);
        if (watermark.Reason is { } reason)
            writer.WriteString("reason"u8, reason);
        if (watermark.Unasked is { Count: > 0 } unasked)
        {
            writer.WriteStartArray("unasked"u8);
            foreach (var instrument in unasked.Order(StringComparer.Ordinal))
                writer.WriteStringValue(instrument);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>Reads one. Never throws for what the bytes hold.</summary>
    /// <param name="reason">Why not.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> json,
        [NotNullWhen(true)] out SourceWatermark? watermark,
        [NotNullWhen(false)] out string? reason)
    {
        watermark = null;
        try
        {
            watermark = Read(json, out reason);
            if (watermark is not null)
                return true;
            reason ??= "$ is not an object";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            reason = $"is not valid JSON: {e.Message}";
        }
        return false;
    }

    private static SourceWatermark? Read(ReadOnlySpan<byte> json, out string? reason)
    {
        reason = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        var fields = new JsonFields(json, Set, "$");
        HashSet<string>? unasked = null;
        while (fields.Next(ref reader, out var field))
        {
            if (field == Unasked && reader.TokenType == JsonTokenType.StartArray)
                unasked = ReadNames(ref reader, ref fields);
            else
                fields.Keep(ref reader, field);
        }
        if (fields.Error is null)
            reader.Read();
        var source = Encoding.UTF8.GetString(fields.Text(0));
        if (source.Length == 0)
            fields.Fail(0, "is empty");
        var watermark = new SourceWatermark
        {
            Source = source,
            Through = fields.Instant(1),
            Up = fields.Bool(2),
            Reason = fields.Has(3) ? Encoding.UTF8.GetString(fields.Text(3)) : null,
            Unasked = unasked,
        };
        // Names that cannot be read must not be taken for none: then it would vouch for all.
        if (fields.Has(Unasked))
            fields.RequireArray(Unasked);
        reason = fields.Error;
        return reason is null ? watermark : null;
    }

    private static HashSet<string>? ReadNames(ref Utf8JsonReader reader, ref JsonFields fields)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            names.Add(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.EndArray)
        {
            fields.Fail(Unasked, "is not an array of strings");
            return null;
        }

        return names.Count > 0 ? names : null;
    }
}
