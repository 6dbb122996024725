using System.Security.Claims;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Access;

/// <summary>What is to be thought of a token.</summary>
internal sealed class TokenVerdict
{
    private TokenVerdict(ClaimsPrincipal? caller, ApiScope scope, DateTimeOffset expires, TokenRefusal? refusal) =>
        (Caller, Scope, Expires, Refusal) = (caller, scope, expires, refusal);

    /// <summary>Whose it is: a name and nothing else; null where it is refused.</summary>
    public ClaimsPrincipal? Caller { get; }

    /// <summary>What it allows.</summary>
    public ApiScope Scope { get; }

    /// <summary>From when on it counts no more, clock skew included.</summary>
    public DateTimeOffset Expires { get; }

    public TokenRefusal? Refusal { get; }

    public static TokenVerdict Good(ClaimsPrincipal caller, ApiScope scope, DateTimeOffset expires) => new(caller, scope, expires, null);

    public static TokenVerdict Bad(TokenRefusal refusal) => new(null, ApiScope.None, default, refusal);
}

/// <summary>Why a token does not count.</summary>
/// <param name="Kind">For metrics.</param>
/// <param name="Reason">A sentence for the caller, without anything of the token.</param>
internal sealed record TokenRefusal(string Kind, string Reason)
{
    public static readonly TokenRefusal Malformed = new("malformed", "The token cannot be read as a JSON Web Token.");
    public static readonly TokenRefusal OtherScheme = new("scheme", "The scheme of Authorization is not Bearer.");
    public static readonly TokenRefusal Issuer = new("issuer", "The token is of another issuer.");
    public static readonly TokenRefusal Audience = new("audience", "The token is for another audience.");
    public static readonly TokenRefusal Expired = new("expired", "The token has expired, or tells no time at which it does.");
    public static readonly TokenRefusal NotYet = new("not-yet", "The token does not count yet.");
    public static readonly TokenRefusal Signature = new("signature", "The token is not signed by a known key with an algorithm of that key.");
    public static readonly TokenRefusal Type = new("type", "The token is not of the type JWT or at+jwt.");
    public static readonly TokenRefusal Nobody = new("nobody", "The token names nobody: it has none of the claims sub, client_id, azp.");

    /// <summary>Not the token's fault.</summary>
    public static readonly TokenRefusal NoKeys = new("no-keys", "The issuer's keys cannot be had now.");
}
