using StreamForge.ClientApi.Rendering;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Requests;

/// <summary>Words that parameters and answers share.</summary>
internal static class CommonParameters
{
    public static readonly IReadOnlyDictionary<string, FreshnessStatus> Statuses =
        Enum.GetValues<FreshnessStatus>().ToDictionary(JsonText.Word);

    public static readonly IReadOnlyDictionary<string, CandleInterval> Intervals =
        Enum.GetValues<CandleInterval>().ToDictionary(JsonText.Word);
}
