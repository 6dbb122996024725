using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.OpenApi;

/// <summary>The address of the OpenAPI document, which is written once.</summary>
internal sealed class OpenApiEndpoint(
    [FromKeyedServices(OpenApiSetup.Version)] IOpenApiDocumentProvider documents, IOptions<ClientApiOptions> options)
{
    private volatile byte[]? _written;

    public ApiRoute Document { get; } = new("getOpenApi", "This document.") { Scope = ApiScope.None };

    public async Task GetDocument(HttpContext context)
    {
        if (RequestCheck.Check(context, Document, options.Value.MaxQueryLength, out _) is { } problem)
        {
            await ProblemResponse.Write(context, problem);
            return;
        }
        // Callers that come together at first each write it, to the same bytes.
        var body = _written ??= await Write();
        context.Response.ContentType = MediaTypes.Json;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private async Task<byte[]> Write()
    {
        var document = await documents.GetOpenApiDocumentAsync();
        using var output = new MemoryStream();
        await document.SerializeAsJsonAsync(output, OpenApiSpecVersion.OpenApi3_1);
        return output.ToArray();
    }
}
