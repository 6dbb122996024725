using System.ComponentModel.DataAnnotations;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Access;

/// <summary>
/// Who may ask the client API: tokens of one issuer (JWT, RFC 7519, sent as RFC 6750 says), and the keys that they are proven by. Outside
/// Development an issuer, an audience and a key are needed. See docs/security.md.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>Who makes the tokens: their claim <c>iss</c>, exactly.</summary>
    public string? Issuer { get; set; }

    /// <summary>Whom they must be for: one of their claims <c>aud</c>, exactly.</summary>
    public string? Audience { get; set; }

    /// <summary>OpenID Connect metadata (<c>.../.well-known/openid-configuration</c>) that names the keys; https, or http on loopback.</summary>
    public Uri? Metadata { get; set; }

    /// <summary>A JSON Web Key Set (RFC 7517), where there is no metadata; https, or http on loopback.</summary>
    public Uri? Jwks { get; set; }

    /// <summary>Public keys or certificates as PEM text: RSA of 2,048 bits or more, or EC on P-256, P-384, P-521.</summary>
    public IReadOnlyList<string> PublicKeys { get; set; } = [];

    /// <summary>Files of such PEM text, read at the start.</summary>
    public IReadOnlyList<string> PublicKeyFiles { get; set; } = [];

    /// <summary>Secrets shared with the issuer, in Base64: 32 bytes or more.</summary>
    public IReadOnlyList<string> SymmetricKeys { get; set; } = [];

    /// <summary>Files of one such secret each, read at the start.</summary>
    public IReadOnlyList<string> SymmetricKeyFiles { get; set; } = [];

    /// <summary>How often published keys are fetched again: so long a key that was withdrawn may still count. Default 15 min; 5 min to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>A token of an unknown key makes the keys be fetched at once, at most this often. Default 30 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeyRefreshPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long fetching keys may take. Default 5 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How far the issuer's clock may be from ours. Default 30 s; 0 to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Tokens whose proof is remembered until they expire or the keys change. Default 10,000; 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int RememberedTokens { get; set; } = 10_000;

    /// <summary>Whether who sends no token may read. Default: in Development on loopback only.</summary>
    public bool? AnonymousReads { get; set; }

    /// <summary>Who may read <c>/metrics</c>: <c>None</c> (anybody), <c>Reader</c> (the default) or <c>Operator</c>.</summary>
    [EnumDataType(typeof(ApiScope))]
    public ApiScope Metrics { get; set; } = ApiScope.Reader;

    /// <summary>The key of development tokens: a file that <c>./platform</c> makes. Development on loopback only.</summary>
    public string? DevelopmentKeyFile { get; set; }
}
