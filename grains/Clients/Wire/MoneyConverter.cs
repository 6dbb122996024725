using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamForge.Grains.Clients.Wire;

/// <summary>Money is a string with its digits: 10.50 stays 10.50, and no reader makes a binary fraction of it.</summary>
internal sealed class MoneyConverter : JsonConverter<decimal>
{
    // Far beyond any bank, and far from where sums of decimals overflow.
    private const decimal Most = 1_000_000_000_000_000_000m;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String
            || !decimal.TryParse(
                reader.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || Math.Abs(value) > Most)
            throw new JsonException("An amount is a decimal in a string.");
        return value;
    }

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}
