using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamForge.Sources.Exchange;

/// <summary>How the simulation's own endpoints write JSON.</summary>
public static class ExchangeJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
