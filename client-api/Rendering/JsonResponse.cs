using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Rendering;

/// <summary>Writes documents that are not worth keeping.</summary>
internal static class JsonResponse
{
    public static Task Write<T>(HttpContext context, JsonTypeInfo<T> type, T document)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, type);
        context.Response.ContentType = MediaTypes.Json;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
