using Microsoft.IdentityModel.Tokens;

namespace StreamForge.ClientApi.Access.Keys;

/// <summary>
/// Which algorithms a key may be used with: by the kind of the key, never by what the token asks for (RFC 8725, 3.1). So a public key is
/// never taken for a secret, and <c>none</c> for nothing.
/// </summary>
internal static class KeyAlgorithms
{
    private const int LeastRsaBits = 2_048;

    private static readonly string[] OfSecrets = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    private static readonly string[] OfRsa =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    /// <summary>Whether a token signed by <paramref name="algorithm"/> may be proven with <paramref name="key"/>.</summary>
    public static bool Allows(SecurityKey key, string algorithm) => key switch
    {
        SymmetricSecurityKey => OfSecrets.Contains(algorithm),
        ECDsaSecurityKey ec => algorithm == OfCurve(ec.KeySize),
        X509SecurityKey { PublicKey: System.Security.Cryptography.ECDsa } certified => algorithm == OfCurve(certified.KeySize),
        RsaSecurityKey or X509SecurityKey => OfRsa.Contains(algorithm),
        _ => false,
    };

    /// <summary>Whether a public key is of a kind that is taken, and long enough.</summary>
    public static bool IsStrong(SecurityKey key) => key switch
    {
        ECDsaSecurityKey ec => OfCurve(ec.KeySize) is not null,
        X509SecurityKey { PublicKey: System.Security.Cryptography.ECDsa } certified => OfCurve(certified.KeySize) is not null,
        RsaSecurityKey or X509SecurityKey => key.KeySize >= LeastRsaBits,
        SymmetricSecurityKey => true,
        _ => false,
    };

    private static string? OfCurve(int bits) => bits switch
    {
        256 => SecurityAlgorithms.EcdsaSha256,
        384 => SecurityAlgorithms.EcdsaSha384,
        521 => SecurityAlgorithms.EcdsaSha512,
        _ => null,
    };
}
