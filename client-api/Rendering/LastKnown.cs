using StreamForge.Contracts.Integrity;

namespace StreamForge.ClientApi.Rendering;

/// <summary>What may be said of an answer that nobody confirms any more.</summary>
internal static class LastKnown
{
    private const string Reason = "The part of the platform that holds this does not answer; it is what was known last.";

    /// <summary>Not live in any case; what was worse than that stays as it was. Age and watermark go on from what they were.</summary>
    public static Freshness Of(Freshness known) => known with
    {
        Status = known.Status == FreshnessStatus.Live ? FreshnessStatus.Stale : known.Status,
        Reason = known.Status == FreshnessStatus.Live || known.Reason is null ? Reason : $"{Reason} {known.Reason}",
    };
}
