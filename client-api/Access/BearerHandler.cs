using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Problems;

namespace StreamForge.ClientApi.Access;

/// <summary>Bearer tokens in the header <c>Authorization</c> (RFC 6750, 2.1): nowhere else, since addresses end up in logs.</summary>
internal sealed class BearerHandler(
    TokenJudge judge, ApiMeter meter, IOptions<ClientApiOptions> api, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger,
    UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Bearer";

    private TokenRefusal? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
            return AuthenticateResult.NoResult();
        if (header.Count > 1 || header[0] is not { } text || !text.StartsWith(Scheme + ' ', StringComparison.OrdinalIgnoreCase))
            return Refuse(TokenRefusal.OtherScheme);
        var verdict = await judge.Judge(text[(Scheme.Length + 1)..].Trim(), Context.RequestAborted);
        return verdict.Caller is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(caller, new AuthenticationProperties { ExpiresUtc = verdict.Expires }, Scheme))
            : Refuse(verdict.Refusal!);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_refusal == TokenRefusal.NoKeys)
            return ProblemResponse.Write(Context, ApiProblem.CannotJudge(api.Value.RetryAfter));
        var scope = ScopeOfAddress();
        // Quoted strings: none of these holds a quote.
        Response.Headers.WWWAuthenticate = _refusal is { } refusal
            ? $"{Scheme} realm=\"streamforge\", scope=\"{scope}\", error=\"invalid_token\", error_description=\"{refusal.Reason}\""
            : $"{Scheme} realm=\"streamforge\", scope=\"{scope}\"";
        return ProblemResponse.Write(Context, ApiProblem.Unauthorized(_refusal?.Reason ?? $"This address wants a token with the scope {scope}."));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = ScopeOfAddress();
        Response.Headers.WWWAuthenticate = $"{Scheme} realm=\"streamforge\", scope=\"{scope}\", error=\"insufficient_scope\"";
        return ProblemResponse.Write(Context, ApiProblem.Forbidden(scope));
    }

    private AuthenticateResult Refuse(TokenRefusal refusal)
    {
        _refusal = refusal;
        meter.TokensRefused.Add(1, new KeyValuePair<string, object?>("reason", refusal.Kind));
        return AuthenticateResult.Fail(refusal.Reason);
    }

    private string ScopeOfAddress() => Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy ?? "";
}
