using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Documents;

/// <summary>Reads and writes the documents of the API: for callers in .NET too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(DecimalAsString), typeof(UtcTime)])]
[JsonSerializable(typeof(InstrumentDocument))]
[JsonSerializable(typeof(BookDocument))]
[JsonSerializable(typeof(TradesDocument))]
[JsonSerializable(typeof(CandlesDocument))]
[JsonSerializable(typeof(InstrumentPageDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(PlatformStatus))]
[JsonSerializable(typeof(PartitionPageDocument))]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(OrderDocument))]
[JsonSerializable(typeof(ActionPageDocument))]
[JsonSerializable(typeof(ParkedPageDocument))]
[JsonSerializable(typeof(ReplayRequest))]
[JsonSerializable(typeof(DeadLetterPageDocument))]
[JsonSerializable(typeof(DeadLetterRecordDocument))]
public sealed partial class DocumentJson : JsonSerializerContext;

/// <summary>Decimals as JSON strings, their scale kept.</summary>
public sealed class DecimalAsString : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        decimal.TryParse(reader.GetString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JsonException("Not a decimal.");

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Times as RFC 3339 in UTC with <c>Z</c>.</summary>
public sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
