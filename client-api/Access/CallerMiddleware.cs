using Microsoft.AspNetCore.Http;

namespace StreamForge.ClientApi.Access;

/// <summary>
/// Finds out who asks: a bearer token in the header <c>Authorization</c> (RFC 6750, 2.1), and nowhere else, since addresses end up in logs.
/// What is found is a feature of the request, a <see cref="TokenVerdict"/>; none where no token was sent. Refuses nobody.
/// </summary>
/// <remarks>In place of the framework's authentication, which makes a scope of services and a handler for each request.</remarks>
internal sealed class CallerMiddleware(RequestDelegate next, TokenJudge judge, ApiMeter meter)
{
    public const string Scheme = "Bearer";

    public Task Invoke(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        return header.Count == 0 ? next(context) : Judge(context, header.Count == 1 ? header[0] : null);
    }

    private async Task Judge(HttpContext context, string? header)
    {
        var verdict = header?.StartsWith(Scheme + ' ', StringComparison.OrdinalIgnoreCase) == true
            ? await judge.Judge(header[(Scheme.Length + 1)..].Trim(), context.RequestAborted)
            : TokenVerdict.Bad(TokenRefusal.OtherScheme);
        context.Features.Set(verdict);
        if (verdict.Caller is { } caller)
            context.User = caller;
        else
            meter.TokensRefused.Add(1, new KeyValuePair<string, object?>("reason", verdict.Refusal!.Kind));
        await next(context);
    }
}
