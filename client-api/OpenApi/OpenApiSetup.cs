using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using StreamForge.ClientApi.Documents;

namespace StreamForge.ClientApi.OpenApi;

/// <summary>The OpenAPI document: operations from routes, schemas from documents.</summary>
internal static class OpenApiSetup
{
    public const string Version = "v1";

    /// <summary>The name of the security scheme.</summary>
    public const string Bearer = "bearer";

    public static void AddApiDocument(this IServiceCollection services)
    {
        // Schemas follow the serializer: the same context that documents are written by.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, DocumentJson.Default);
            json.SerializerOptions.Converters.Add(new DecimalAsString());
        });
        services.AddOpenApi(Version, options =>
        {
            options.AddOperationTransformer<RouteOperations>();
            options.AddSchemaTransformer(DescribeDecimals);
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "StreamForge",
                    Version = Version,
                    Description = "Instruments as they stand, with an honest word on how fresh that is. Decimals are strings with "
                        + "their scale kept; times are RFC 3339 in UTC. Errors are problem documents (RFC 9457).",
                };
                document.Servers?.Clear();
                document.AddComponent(Bearer, new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "JWT",
                    Description = "A JSON Web Token whose claim scope, scp or roles has 'reader' or 'operator'; who may operate may read.",
                });
                return Task.CompletedTask;
            });
        });
    }

    private static Task DescribeDecimals(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonTypeInfo.Type == typeof(decimal))
            (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.String, "decimal", @"^-?\d+(\.\d+)?$");
        else if (context.JsonTypeInfo.Type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        else if (context.JsonTypeInfo.Type == typeof(DateTimeOffset?))
            (schema.Type, schema.Format) = (JsonSchemaType.String | JsonSchemaType.Null, "date-time");
        return Task.CompletedTask;
    }
}
