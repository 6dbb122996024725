using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamForge.Tests.Api.Hosting;

internal static class Requests
{
    public static async Task<HttpResponseMessage> Send(this ApiHost host, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await host.Client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> Get(this ApiHost host, string path, params (string Name, string Value)[] headers) =>
        host.Send(HttpMethod.Get, path, headers);

    /// <summary>The document of an answer of 200.</summary>
    public static async Task<T> GetDocument<T>(this ApiHost host, string path, JsonTypeInfo<T> type)
    {
        using var response = await host.Get(path);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        return (await response.Content.ReadFromJsonAsync(type))!;
    }

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}
