using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>The OpenAPI document covers what is served.</summary>
public sealed class OpenApiTests(ApiHost host)
{
    [Fact]
    public async Task Every_address_is_in_the_document()
    {
        var document = await Read();
        var served = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!).Distinct().Order(StringComparer.Ordinal);

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(served, document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_tells_its_problems_and_has_an_id_of_its_own()
    {
        var document = await Read();
        var ids = new HashSet<string>();
        Assert.NotEmpty(document.GetProperty("paths").EnumerateObject());
        foreach (var path in document.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
            {
                var id = operation.Value.GetProperty("operationId").GetString()!;
                Assert.True(operation.Name == "head" || ids.Add(id), id);
                var responses = operation.Value.GetProperty("responses");
                Assert.True(responses.TryGetProperty("200", out _));
                foreach (var status in (string[])["400", "406", "414", "500"])
                    Assert.True(responses.GetProperty(status).GetProperty("content").TryGetProperty("application/problem+json", out _));
            }
    }

    [Fact]
    public async Task Parameters_are_those_that_requests_are_checked_by()
    {
        var document = await Read();
        var book = document.GetProperty("paths").GetProperty("/v1/instruments/{id}/book").GetProperty("get");
        var parameters = book.GetProperty("parameters").EnumerateArray().ToDictionary(parameter => parameter.GetProperty("name").GetString()!);

        Assert.Equal(["id", "depth", "minSequence", "wait", "maxAge", "If-None-Match"], parameters.Keys);
        var depth = parameters["depth"].GetProperty("schema");
        Assert.Equal(1, depth.GetProperty("minimum").GetInt32());
        Assert.Equal(5000, depth.GetProperty("maximum").GetInt32());
        Assert.Equal(100, depth.GetProperty("default").GetInt32());
        var headers = book.GetProperty("responses").GetProperty("200").GetProperty("headers");
        Assert.True(headers.TryGetProperty("X-Freshness", out _));
        Assert.True(book.GetProperty("responses").TryGetProperty("304", out _));
    }

    [Fact]
    public async Task An_order_that_may_go_on_has_a_202_like_its_200()
    {
        var document = await Read();
        var going = document.GetProperty("paths").EnumerateObject()
            .Where(path => path.Value.TryGetProperty("post", out var post) && post.GetProperty("responses").TryGetProperty("202", out _))
            .ToDictionary(path => path.Name, path => path.Value.GetProperty("post").GetProperty("responses"));

        Assert.Equal(["/v1/dead-letters/{id}/replay", "/v1/parked/{topic}/{partition}/{key}/unpark"], going.Keys.Order(StringComparer.Ordinal));
        Assert.All(going.Values, responses => Assert.Equal(
            responses.GetProperty("200").GetProperty("content").GetRawText(), responses.GetProperty("202").GetProperty("content").GetRawText()));
    }

    [Fact]
    public async Task Decimals_are_strings_in_the_document_too()
    {
        var schemas = (await Read()).GetProperty("components").GetProperty("schemas");
        var bids = schemas.GetProperty("BookDocument").GetProperty("properties").GetProperty("bids");
        var level = Resolve(schemas, Resolve(schemas, bids).GetProperty("items"));
        var price = Resolve(schemas, level.GetProperty("properties").GetProperty("price"));

        Assert.Equal("string", price.GetProperty("type").GetString());
        Assert.Equal("decimal", price.GetProperty("format").GetString());
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var document = await Read();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var references = References(document).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(
            reference.StartsWith("#/components/schemas/", StringComparison.Ordinal)
            && schemas.TryGetProperty(reference["#/components/schemas/".Length..], out _), reference));
    }

    private async Task<JsonElement> Read() =>
        JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json")).RootElement;

    private static JsonElement Resolve(JsonElement schemas, JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? schemas.GetProperty(reference.GetString()!["#/components/schemas/".Length..])
            : schema;

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.NameEquals("$ref") ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
