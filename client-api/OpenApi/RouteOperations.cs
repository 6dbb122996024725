using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.OpenApi;

/// <summary>Writes the operations of the OpenAPI document from the routes that requests are checked by.</summary>
internal sealed class RouteOperations : IOpenApiOperationTransformer
{
    private static readonly int[] EverywherePossible =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status406NotAcceptable,
        StatusCodes.Status414UriTooLong, StatusCodes.Status500InternalServerError,
    ];

    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiRoute>().FirstOrDefault() is not { } route)
            return;
        var scope = route.Scope == ApiScope.None ? null : TokenScopes.WordOf(route.Scope);
        operation.OperationId = route.Name;
        operation.Summary = route.Summary;
        operation.Parameters = [.. ParametersOf(route)];
        if (route.Body is { } body)
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [MediaTypes.Json] = new() { Schema = await Reference(body, context, cancellationToken) },
                },
            };
        operation.Responses = new OpenApiResponses { ["200"] = await Success(route, context, cancellationToken) };
        if (route.MayGoOn)
        {
            var underWay = await Success(route, context, cancellationToken);
            underWay.Description = "It is under way; asked for again, the answer tells how it ended.";
            operation.Responses.Add("202", underWay);
        }
        if (route.IsView)
            operation.Responses.Add("304", new OpenApiResponse
            {
                Description = "The caller has the content already; the headers tell its freshness.",
                Headers = Headers(ResponseHeaders.View),
            });
        var problem = await Reference(typeof(ProblemDocument), context, cancellationToken);
        // Empty where anybody may ask.
        operation.Security = [];
        if (scope is not null)
            operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(OpenApiSetup.Bearer, context.Document)] = [scope] });
        var limited = route.IsUnlimited ? [] : new[] { StatusCodes.Status429TooManyRequests };
        var mayRefuse = scope is null ? [] : new[] { StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden };
        foreach (var status in EverywherePossible.Concat(route.Problems).Concat(mayRefuse).Concat(limited).Distinct().Order())
            operation.Responses.Add($"{status}", Problem(status, problem));
    }

    private static IEnumerable<IOpenApiParameter> ParametersOf(ApiRoute route)
    {
        foreach (var part in route.Path)
            yield return new OpenApiParameter
            {
                Name = part.Name,
                In = ParameterLocation.Path,
                Required = true,
                Description = part.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = part.Pattern },
            };
        foreach (var parameter in route.Parameters)
            yield return new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Description,
                Schema = SchemaOf(parameter),
            };
        if (route.IsView)
            yield return HeaderParameter("If-None-Match", "The ETag of the content that the caller has.");
        if (route.Produces == MediaTypes.EventStream)
            yield return HeaderParameter("Last-Event-ID", "The id of the last event seen, life:version.");
    }

    private static OpenApiParameter HeaderParameter(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema SchemaOf(ApiParameter parameter) => parameter switch
    {
        NumberParameter number => new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Format = "int64",
            Minimum = $"{number.Min}",
            Maximum = number.Max == long.MaxValue ? null : $"{number.Max}",
            Default = number.Default is { } value ? JsonValue.Create(value) : null,
        },
        IWords words => new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. words.All.Select(word => JsonValue.Create(word))],
            Default = words.Default is { } word ? JsonValue.Create(word) : null,
        },
        TextParameter text => new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = text.MaxLength },
        ApiParameter<DateTimeOffset> time => new OpenApiSchema { Type = JsonSchemaType.String, Description = Sentence(time.Wanted) },
        ApiParameter<TimeSpan> duration => new OpenApiSchema { Type = JsonSchemaType.String, Description = Sentence(duration.Wanted) },
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..] + ".";

    private static async Task<OpenApiResponse> Success(
        ApiRoute route, OpenApiOperationTransformerContext context, CancellationToken cancellation) => new()
        {
            Description = "The answer.",
            Headers = route.IsView ? Headers(ResponseHeaders.View) : null,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [route.Produces] = new()
                {
                    Schema = route.Document is { } document
                    ? await Reference(document, context, cancellation)
                    : new OpenApiSchema { Type = JsonSchemaType.String },
                },
            },
        };

    /// <summary>Puts a document's schema among the components, once, and refers to it.</summary>
    private static async Task<IOpenApiSchema> Reference(
        Type document, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var components = context.Document!;
        if (components.Components?.Schemas?.ContainsKey(document.Name) != true)
            components.AddComponent(document.Name, await context.GetOrCreateSchemaAsync(document, null, cancellation));
        return new OpenApiSchemaReference(document.Name, components);
    }

    private static OpenApiResponse Problem(int status, IOpenApiSchema schema) => new()
    {
        Description = ApiProblem.OfStatus(status).Title,
        Headers = status switch
        {
            StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests => Headers(ResponseHeaders.Unavailable),
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => Headers(ResponseHeaders.Challenge),
            _ => null,
        },
        Content = new Dictionary<string, OpenApiMediaType> { [ProblemResponse.ContentType] = new() { Schema = schema } },
    };

    private static Dictionary<string, IOpenApiHeader> Headers(IEnumerable<(string Name, string Description, JsonSchemaType Type)> headers) =>
        headers.ToDictionary(
            header => header.Name,
            IOpenApiHeader (header) => new OpenApiHeader
            {
                Description = header.Description,
                Schema = new OpenApiSchema { Type = header.Type },
            });
}
