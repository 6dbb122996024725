using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access.Keys;

namespace StreamForge.ClientApi.Access;

/// <summary>One who makes tokens, and how they are proven.</summary>
internal sealed class TokenIssuer(string issuer, string audience, KeyRing keys, TimeSpan skew, TimeProvider time)
{
    private static readonly string[] Types = ["JWT", "at+jwt", "application/at+jwt"];

    public string Name => issuer;

    public KeyRing Keys => keys;

    /// <summary>The checks that a token goes through (RFC 8725), with the keys as they stand.</summary>
    public TokenValidationParameters Checks(IReadOnlyList<SecurityKey> current) => new()
    {
        ValidIssuer = issuer,
        ValidAudience = audience,
        IssuerSigningKeys = current,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        AlgorithmValidator = static (algorithm, key, _, _) => KeyAlgorithms.Allows(key, algorithm),
        LifetimeValidator = (from, until, _, _) => CheckLifetime(from, until),
        TypeValidator = static (type, _, _) => string.IsNullOrEmpty(type) || Types.Contains(type, StringComparer.OrdinalIgnoreCase)
            ? type
            : throw new SecurityTokenInvalidTypeException(),
    };

    private bool CheckLifetime(DateTime? from, DateTime? until)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (until is null || until.Value <= now - skew)
            throw new SecurityTokenExpiredException();
        if (from is { } start && start > now + skew)
            throw new SecurityTokenNotYetValidException();
        return true;
    }
}
