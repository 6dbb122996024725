using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace StreamForge.ClientApi.Requests;

/// <summary>A part of an address that names something.</summary>
/// <param name="Name">The name in the address' pattern.</param>
/// <param name="Description">One sentence for the reader of the OpenAPI document.</param>
/// <param name="Pattern">What values look like, as a regular expression; none for any text.</param>
internal sealed record PathParameter(string Name, string Description, string? Pattern = null)
{
    /// <summary>The partition of a topic.</summary>
    public static PathParameter Partition { get; } = new("partition", "The partition's number, from 0.", "^[0-9]{1,5}$");

    /// <summary>A topic.</summary>
    public static PathParameter Topic { get; } = new("topic", "The topic's name.");

    /// <summary>What a request has there.</summary>
    public string Of(HttpContext context) => (string)context.GetRouteValue(Name)!;

    /// <summary>
    /// Any text that a request has there. The server leaves <c>%2F</c> in a path as it is, since it is no separator, and decodes all else: only what
    /// was sent tells a <c>/</c> in a text from the three characters <c>%2F</c>.
    /// </summary>
    /// <param name="behind">The segments of the address behind it.</param>
    public string TextOf(HttpContext context, int behind)
    {
        var sent = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = sent.AsSpan(0, sent.IndexOf('?') is >= 0 and var query ? query : sent.Length).TrimEnd('/').ToString();
        return path.Split('/') is { } segments && segments.Length > behind + 1 ? Uri.UnescapeDataString(segments[^(behind + 1)]) : Of(context);
    }

    /// <summary>The number that a request has there; none where it is no number of a partition.</summary>
    public int? NumberOf(HttpContext context) =>
        int.TryParse(Of(context), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 100_000 ? number : null;
}
