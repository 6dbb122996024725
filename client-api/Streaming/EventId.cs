using System.Globalization;

namespace StreamForge.ClientApi.Streaming;

/// <summary>A place in an instrument's changes, in header form <c>life:version</c>: the id of a server-sent event.</summary>
/// <param name="Life">The life of the grain's buffer that the version counts in.</param>
/// <param name="Version">The view's version after the event.</param>
internal readonly record struct EventId(string Life, long Version)
{
    private const int MaxLength = 256;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Life}:{Version}");

    /// <returns>False where the text is not of that form; then the place is unknown.</returns>
    public static bool TryParse(string text, out EventId id)
    {
        id = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || text.Length > MaxLength
            || !long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return false;
        id = new EventId(text[..colon], version);
        return true;
    }
}
