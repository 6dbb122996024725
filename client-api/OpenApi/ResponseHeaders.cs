using Microsoft.OpenApi;

namespace StreamForge.ClientApi.OpenApi;

/// <summary>The headers of answers, for the OpenAPI document.</summary>
internal static class ResponseHeaders
{
    public static readonly (string Name, string Description, JsonSchemaType Type)[] View =
    [
        ("ETag", "A digest of the content; freshness and provenance are not part of it.", JsonSchemaType.String),
        ("Last-Modified", "When the content changed last.", JsonSchemaType.String),
        ("Age", "Seconds since somebody vouched for the answer; absent where nobody has.", JsonSchemaType.Integer),
        ("X-Sequence", "The business sequence that the answer reflects.", JsonSchemaType.Integer),
        ("X-Freshness", "The status of the freshness: live, stale, gap, ...", JsonSchemaType.String),
        ("Cache-Control", "no-cache: ask again with If-None-Match.", JsonSchemaType.String),
    ];

    public static readonly (string Name, string Description, JsonSchemaType Type)[] Challenge =
        [("WWW-Authenticate", "What is wanted, and what is wrong with the token (RFC 6750).", JsonSchemaType.String)];

    public static readonly (string Name, string Description, JsonSchemaType Type)[] Unavailable =
        [("Retry-After", "When to ask again, in seconds.", JsonSchemaType.Integer)];
}
