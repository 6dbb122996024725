using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access;

namespace StreamForge.Tests.Api.Access;

/// <summary>Makes tokens, good ones and others, by a library that is not the one under test's own code.</summary>
internal sealed class TestIssuer
{
    public const string Name = "https://issuer.test/";
    public const string Audience = "streamforge";

    private readonly SecurityKey _key;
    private readonly string _algorithm;

    public TestIssuer()
        : this(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(48)), SecurityAlgorithms.HmacSha256)
    {
    }

    public TestIssuer(SecurityKey key, string algorithm) => (_key, _algorithm) = (key, algorithm);

    public byte[] Secret => ((SymmetricSecurityKey)_key).Key;

    public AuthenticationHeaderValue Bearer(string scope) => new("Bearer", Token(scope));

    public string Token(string? scope, Action<SecurityTokenDescriptor>? change = null)
    {
        var now = DateTime.UtcNow;
        var token = new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now.AddMinutes(-1),
            Expires = now.AddHours(1),
            Claims = new Dictionary<string, object> { ["sub"] = "anna" },
            SigningCredentials = new SigningCredentials(_key, _algorithm),
        };
        if (scope is not null)
            token.Claims["scope"] = scope;
        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }
}

internal static class TestAccess
{
    /// <summary>Takes the tokens of an issuer with a secret.</summary>
    public static AccessOptions Takes(this AccessOptions options, TestIssuer issuer)
    {
        (options.Issuer, options.Audience) = (TestIssuer.Name, TestIssuer.Audience);
        options.SymmetricKeys = [Convert.ToBase64String(issuer.Secret)];
        return options;
    }

    /// <summary>Takes tokens that are proven by a public key.</summary>
    public static AccessOptions Takes(this AccessOptions options, AsymmetricAlgorithm key)
    {
        (options.Issuer, options.Audience) = (TestIssuer.Name, TestIssuer.Audience);
        options.PublicKeys = [key.ExportSubjectPublicKeyInfoPem()];
        return options;
    }
}
