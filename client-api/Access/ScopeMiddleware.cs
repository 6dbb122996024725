using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Access;

/// <summary>Lets through who has the scope that the address wants; others are told what is missing (RFC 6750, 3).</summary>
internal sealed class ScopeMiddleware(RequestDelegate next, ApiAccess access, IOptions<ClientApiOptions> api)
{
    public Task Invoke(HttpContext context)
    {
        var wanted = context.GetEndpoint()?.Metadata.GetMetadata<IScopedAddress>()?.Scope ?? ApiScope.None;
        if (wanted == ApiScope.None)
            return next(context);
        var verdict = context.Features.Get<TokenVerdict>();
        // Who sent a token that does not count must hear of it, even where nobody needs one.
        var has = verdict?.Scope ?? (access.AnonymousReads ? ApiScope.Reader : ApiScope.None);
        return has >= wanted ? next(context) : Refuse(context, TokenScopes.WordOf(wanted), verdict);
    }

    private Task Refuse(HttpContext context, string wanted, TokenVerdict? verdict)
    {
        if (verdict?.Refusal == TokenRefusal.NoKeys)
            return ProblemResponse.Write(context, ApiProblem.CannotJudge(api.Value.RetryAfter));
        // Quoted strings: none of these holds a quote.
        var challenge = $"{CallerMiddleware.Scheme} realm=\"streamforge\", scope=\"{wanted}\"";
        var (problem, more) = verdict switch
        {
            null => (ApiProblem.Unauthorized($"This address wants a token with the scope {wanted}."), ""),
            { Refusal: { } refusal } => (ApiProblem.Unauthorized(refusal.Reason), $", error=\"invalid_token\", error_description=\"{refusal.Reason}\""),
            _ => (ApiProblem.Forbidden(wanted), ", error=\"insufficient_scope\""),
        };
        context.Response.Headers.WWWAuthenticate = challenge + more;
        return ProblemResponse.Write(context, problem);
    }
}

/// <summary>Metadata of an address: who may ask.</summary>
internal interface IScopedAddress
{
    ApiScope Scope { get; }
}
