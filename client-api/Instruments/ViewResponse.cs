using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Instruments;

/// <summary>Writes a view: the headers of freshness, then the body, or 304 where the caller has the content already.</summary>
internal static class ViewResponse
{
    private static readonly StringValues Revalidate = "no-cache";

    public static void Write(HttpContext context, RenderedView view, DateTimeOffset now)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.ETag = view.ETag;
        headers.CacheControl = Revalidate;
        headers[HeaderNames.Sequence] = view.SequenceHeader;
        headers[HeaderNames.Freshness] = view.FreshnessHeader;
        if (view.LastModified is { } modified)
            // Never later than the header Date, whatever the clocks say (RFC 9110, 8.8.2.1).
            headers.LastModified = modified <= now ? view.LastModifiedHeader : now.ToString("R");
        if (view.Freshness.AgeAt(now) is { } age)
            headers.Age = JsonText.Seconds(age);

        if (Matches(context.Request.Headers.IfNoneMatch, view.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = MediaTypes.Json;
        response.ContentLength = view.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            response.BodyWriter.Write(view.Body);
    }

    /// <summary>Whether <c>If-None-Match</c> names the tag, by weak comparison, or is <c>*</c> (RFC 9110, 13.1.2).</summary>
    private static bool Matches(StringValues header, string etag)
    {
        if (header.Count == 0)
            return false;
        if (header.Count == 1 && header[0] == etag)
            return true;
        if (!EntityTagHeaderValue.TryParseList(header.ToArray()!, out var tags))
            return false;
        var own = new EntityTagHeaderValue(etag);
        foreach (var tag in tags)
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(own, useStrongComparison: false))
                return true;
        return false;
    }
}
