using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace StreamForge.ClientApi.Requests;

/// <summary>Whether a caller takes what an address answers.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string EventStream = "text/event-stream";

    /// <summary>
    /// Whether the header <c>Accept</c> allows <paramref name="offered"/>: by the most specific range that matches, and its
    /// quality (RFC 9110, 12.5.1). An absent header allows everything, as does one that cannot be read.
    /// </summary>
    public static bool Accepts(HttpRequest request, string offered)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || accept.Count == 1 && (accept[0] is "*/*" or "" || accept[0] == offered))
            return true;
        if (!MediaTypeHeaderValue.TryParseList(accept.ToArray()!, out var ranges))
            return true;
        var offer = new MediaTypeHeaderValue(offered);
        var best = (Specificity: -1, Quality: 0.0);
        foreach (var range in ranges)
        {
            var specificity = range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
            if (specificity > best.Specificity && Matches(range, offer, specificity))
                best = (specificity, range.Quality ?? 1);
        }
        return best.Quality > 0;
    }

    private static bool Matches(MediaTypeHeaderValue range, MediaTypeHeaderValue offer, int specificity) => specificity switch
    {
        0 => true,
        1 => range.Type.Equals(offer.Type, StringComparison.OrdinalIgnoreCase),
        _ => range.MediaType.Equals(offer.MediaType, StringComparison.OrdinalIgnoreCase),
    };
}
