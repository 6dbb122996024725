using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access.Keys;

namespace StreamForge.ClientApi.Access;

/// <summary>Says whose a token is, or why it does not count.</summary>
internal sealed class TokenJudge(IReadOnlyList<TokenIssuer> issuers, TokenMemory memory, TimeSpan skew, TimeProvider time)
{
    private const int LongestToken = 16 << 10;

    // What names the one behind the token: a person, or a program that acts for itself.
    private static readonly string[] Names = ["sub", "client_id", "azp"];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    public async ValueTask<TokenVerdict> Judge(string token, CancellationToken cancellation)
    {
        var digest = TokenDigest.Of(token);
        if (memory.Find(digest) is { } known && known.StillCounts(time.GetUtcNow(), await CurrentKeys(known.Issuer, cancellation)))
            return known.Verdict;
        if (token.Length > LongestToken || Read(token) is not { } read)
            return TokenVerdict.Bad(TokenRefusal.Malformed);
        foreach (var issuer in issuers)
            if (issuer.Name == read.Issuer)
                return await Judge(read, digest, issuer, cancellation);
        return TokenVerdict.Bad(TokenRefusal.Issuer);
    }

    private async ValueTask<TokenVerdict> Judge(JsonWebToken token, TokenDigest digest, TokenIssuer issuer, CancellationToken cancellation)
    {
        if (await CurrentKeys(issuer, cancellation) is not { } keys)
            return TokenVerdict.Bad(TokenRefusal.NoKeys);
        var result = await _handler.ValidateTokenAsync(token, issuer.Checks(keys));
        if (!result.IsValid)
        {
            if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
                issuer.Keys.LookAgain();
            return TokenVerdict.Bad(RefusalOf(result.Exception));
        }
        if (CallerOf(result.ClaimsIdentity) is not { } caller)
            return TokenVerdict.Bad(TokenRefusal.Nobody);
        var verdict = TokenVerdict.Good(caller, TokenScopes.Of(result.ClaimsIdentity), new DateTimeOffset(token.ValidTo, TimeSpan.Zero) + skew);
        memory.Keep(digest, new RememberedToken(verdict, issuer, keys));
        return verdict;
    }

    /// <returns>Null where they were never had.</returns>
    private static async ValueTask<IReadOnlyList<SecurityKey>?> CurrentKeys(TokenIssuer issuer, CancellationToken cancellation)
    {
        try
        {
            return await issuer.Keys.Get(cancellation);
        }
        catch (KeysUnavailableException)
        {
            return null;
        }
    }

    private JsonWebToken? Read(string token)
    {
        try
        {
            return _handler.ReadJsonWebToken(token);
        }
        catch (Exception error) when (error is SecurityTokenException or ArgumentException)
        {
            // Whatever somebody sends; the verdict says it.
            return null;
        }
    }

    private static ClaimsPrincipal? CallerOf(ClaimsIdentity token)
    {
        foreach (var name in Names)
            if (token.FindFirst(name)?.Value is { Length: > 0 } value)
                return new ClaimsPrincipal(new ClaimsIdentity([new Claim(Names[0], value)], CallerMiddleware.Scheme, Names[0], null));
        return null;
    }

    private static TokenRefusal RefusalOf(Exception? error) => error switch
    {
        SecurityTokenExpiredException or SecurityTokenNoExpirationException => TokenRefusal.Expired,
        SecurityTokenNotYetValidException => TokenRefusal.NotYet,
        SecurityTokenInvalidAudienceException => TokenRefusal.Audience,
        SecurityTokenInvalidIssuerException => TokenRefusal.Issuer,
        SecurityTokenInvalidTypeException => TokenRefusal.Type,
        SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => TokenRefusal.Signature,
        _ => TokenRefusal.Malformed,
    };
}
