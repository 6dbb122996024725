using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Rendering;

namespace StreamForge.ClientApi.Problems;

/// <summary>Writes problem documents.</summary>
internal static class ProblemResponse
{
    public const string ContentType = "application/problem+json";

    /// <summary>Answers <paramref name="problem"/>; the response must not have started.</summary>
    public static Task Write(HttpContext context, ApiProblem problem)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, JsonText.Options))
            WriteBody(json, context, problem);

        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.ContentLength = body.WrittenCount;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } retry)
            response.Headers.RetryAfter = JsonText.Seconds(retry);
        if (problem.Freshness is { } freshness)
            response.Headers[HeaderNames.Freshness] = freshness;
        if (problem.Sequence is { } sequence)
            response.Headers[HeaderNames.Sequence] = JsonText.Number(sequence);
        return response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).AsTask();
    }

    private static void WriteBody(Utf8JsonWriter json, HttpContext context, ApiProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, ApiProblem.TypePrefix + problem.Kind);
        json.WriteString("title"u8, problem.Title);
        json.WriteNumber("status"u8, problem.Status);
        if (problem.Detail is { } detail)
            json.WriteString("detail"u8, detail);
        json.WriteString("instance"u8, context.Request.Path.ToUriComponent());
        json.WriteString("traceId"u8, Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier);
        if (problem.Parameter is { } parameter)
            json.WriteString("parameter"u8, parameter);
        json.WriteEndObject();
    }
}
