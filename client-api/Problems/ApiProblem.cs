using Microsoft.AspNetCore.Http;

namespace StreamForge.ClientApi.Problems;

/// <summary>An error as a problem document (RFC 9457): what every answer of 400 and above holds.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Kind">The last part of the problem's type; stable, for machines.</param>
/// <param name="Title">The kind in words; the same for every occurrence.</param>
/// <param name="Detail">This occurrence in words; holds nothing of the inside of the server.</param>
internal sealed record ApiProblem(int Status, string Kind, string Title, string? Detail)
{
    /// <summary>What stands before <see cref="Kind"/> in the type.</summary>
    public const string TypePrefix = "urn:streamforge:problem:";

    /// <summary>The parameter that is wrong, where one is.</summary>
    public string? Parameter { get; init; }

    /// <summary>When to come again, where that may help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The value of <c>X-Freshness</c>, where the error is about an entity.</summary>
    public string? Freshness { get; init; }

    /// <summary>The value of <c>X-Sequence</c>, where the error is about how far an entity has come.</summary>
    public long? Sequence { get; init; }

    public static ApiProblem UnknownParameter(string name, string allowed) =>
        new(StatusCodes.Status400BadRequest, "unknown-parameter", "Unknown query parameter",
            allowed.Length == 0 ? $"There is no parameter '{name}' here; this address takes none." : $"There is no parameter '{name}' here; there are: {allowed}.")
        { Parameter = name };

    public static ApiProblem InvalidParameter(string name, string detail) =>
        new(StatusCodes.Status400BadRequest, "invalid-parameter", "Invalid parameter", detail) { Parameter = name };

    public static ApiProblem InvalidHeader(string name, string detail) =>
        new(StatusCodes.Status400BadRequest, "invalid-header", "Invalid header", detail) { Parameter = name };

    public static ApiProblem QueryTooLong(int limit) =>
        new(StatusCodes.Status414UriTooLong, "query-too-long", "Query too long", $"A query may have {limit} characters.");

    public static ApiProblem NotAcceptable(string offered) =>
        new(StatusCodes.Status406NotAcceptable, "not-acceptable", "Not acceptable", $"This address answers {offered}.");

    public static ApiProblem UnknownInstrument(string instrument) =>
        new(StatusCodes.Status404NotFound, "unknown-instrument", "Unknown instrument", $"Nothing is known of '{instrument}'.")
        { Freshness = "cold" };

    public static ApiProblem UnreadableBody(string detail) =>
        new(StatusCodes.Status400BadRequest, "unreadable-body", "The body cannot be read", detail);

    public static ApiProblem NothingThere(string detail) =>
        new(StatusCodes.Status404NotFound, "nothing-there", "There is no such thing", detail);

    public static ApiProblem NotNow(string detail) =>
        new(StatusCodes.Status409Conflict, "not-now", "Not possible as things stand", detail);

    public static ApiProblem SequenceNotReached(long asked, long reached, string freshness, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "sequence-not-reached", "Sequence not reached",
            $"The answer would stand at sequence {reached}; {asked} was asked for.")
        { RetryAfter = retryAfter, Freshness = freshness, Sequence = reached };

    public static ApiProblem TooOld(string age, string freshness, long sequence, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "too-old", "Older than asked for", age)
        { RetryAfter = retryAfter, Freshness = freshness, Sequence = sequence };

    public static ApiProblem Unavailable(TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", "Temporarily unavailable",
            "The part of the platform that holds the answer did not give it in time.")
        { RetryAfter = retryAfter };

    public static ApiProblem TooManyStreams(TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "too-many-streams", "Too many streams", "This process has all the streams open that it may have.")
        { RetryAfter = retryAfter };

    /// <summary>Rounded up: who comes again then is let in.</summary>
    public static ApiProblem TooManyRequests(TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "This caller has asked more often than it may.")
        { RetryAfter = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))) };

    public static ApiProblem TooManyOwnStreams(int limit, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "too-many-own-streams", "Too many streams of one caller", $"A caller may have {limit} streams open.")
        { RetryAfter = retryAfter };

    public static ApiProblem NotReady(TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "not-ready", "Not ready", "Not all partitions are assigned and read up to date.")
        { RetryAfter = retryAfter };

    public static ApiProblem Unauthorized(string detail) =>
        new(StatusCodes.Status401Unauthorized, "unauthorized", "Token needed", detail);

    public static ApiProblem Forbidden(string scope) =>
        new(StatusCodes.Status403Forbidden, "forbidden", "Not allowed", $"The token does not have the scope {scope}.");

    public static ApiProblem CannotJudge(TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", "Temporarily unavailable",
            "Whether the token counts cannot be told: the issuer's keys cannot be fetched.")
        { RetryAfter = retryAfter };

    /// <summary>An error that the framework found, known by its status only.</summary>
    public static ApiProblem OfStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new(status, "bad-request", "Bad request", "The request cannot be read."),
        StatusCodes.Status401Unauthorized => Unauthorized("This address wants a token."),
        StatusCodes.Status403Forbidden => new(status, "forbidden", "Not allowed", null),
        StatusCodes.Status404NotFound => new(status, "unknown-address", "Unknown address", "There is nothing at this address; / lists what there is."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method-not-allowed", "Method not allowed", "The header Allow lists the methods of this address."),
        StatusCodes.Status409Conflict => NotNow("It is not possible as things stand."),
        StatusCodes.Status413PayloadTooLarge => new(status, "body-too-large", "Body too large", null),
        StatusCodes.Status415UnsupportedMediaType => new(status, "unsupported-media-type", "Unsupported media type", null),
        StatusCodes.Status429TooManyRequests => new(status, "too-many-requests", "Too many requests", null),
        StatusCodes.Status500InternalServerError => new(status, "internal-error", "Internal error", "The error is in the log under the trace id."),
        _ => new(status, $"status-{status}", $"Status {status}", null),
    };
}
