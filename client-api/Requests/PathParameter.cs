using System.Globalization;
using Microsoft.AspNetCore.Http;
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

    /// <summary>The number that a request has there; none where it is no number of a partition.</summary>
    public int? NumberOf(HttpContext context) =>
        int.TryParse(Of(context), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 100_000 ? number : null;
}
