using StreamForge.ClientApi.Rendering;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Requests;

/// <summary>Words that parameters and answers share.</summary>
internal static class CommonParameters
{
    /// <summary>The longest name of a topic, in characters: Kafka's bound.</summary>
    public const int MaxTopic = 249;

    public static readonly IReadOnlyDictionary<string, FreshnessStatus> Statuses =
        Enum.GetValues<FreshnessStatus>().ToDictionary(JsonText.Word);

    public static readonly IReadOnlyDictionary<string, CandleInterval> Intervals =
        Enum.GetValues<CandleInterval>().ToDictionary(JsonText.Word);
}
