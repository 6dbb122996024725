namespace StreamForge.ClientApi;

/// <summary>The headers of the platform's own.</summary>
public static class HeaderNames
{
    /// <summary>The business sequence that the answer reflects.</summary>
    public const string Sequence = "X-Sequence";

    /// <summary>The status of the answer's freshness: <c>live</c>, <c>gap</c>, ...</summary>
    public const string Freshness = "X-Freshness";
}
