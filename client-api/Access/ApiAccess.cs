using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access.Development;
using StreamForge.ClientApi.Access.Keys;

namespace StreamForge.ClientApi.Access;

/// <summary>The rules of who may ask, read and checked.</summary>
public sealed class ApiAccess
{
    private readonly AccessPlace _place;

    private ApiAccess(AccessOptions options, AccessPlace place, IReadOnlyList<SecurityKey> keys, DevelopmentKey? development)
    {
        Options = options;
        _place = place;
        Keys = keys;
        Development = development;
        AnonymousReads = options.AnonymousReads ?? place.TrustsThisMachine;
    }

    /// <summary>Whether who sends no token may read.</summary>
    public bool AnonymousReads { get; }

    internal AccessOptions Options { get; }

    /// <summary>Those of the configuration; published ones come beside them.</summary>
    internal IReadOnlyList<SecurityKey> Keys { get; }

    internal DevelopmentKey? Development { get; }

    /// <summary>Reads keys and files, and checks what ranges do not tell.</summary>
    /// <param name="options">Whose ranges were checked.</param>
    /// <param name="place">Where the API runs.</param>
    /// <param name="errors">Gets a sentence for everything that is wrong.</param>
    /// <returns>Null where something is wrong.</returns>
    public static ApiAccess? Read(AccessOptions options, AccessPlace place, ICollection<string> errors)
    {
        var before = errors.Count;
        var keys = ConfiguredKeys.Read(options, errors);
        var development = ReadDevelopmentKey(options, place, errors);
        CheckUrls(options, errors);
        CheckIssuer(options, place, errors);
        return errors.Count == before ? new ApiAccess(options, place, keys, development) : null;
    }

    /// <summary>Takes the tokens of a development key, too.</summary>
    /// <exception cref="InvalidOperationException">The place is not one for development tokens.</exception>
    public ApiAccess With(DevelopmentKey key) => _place.TrustsThisMachine
        ? new ApiAccess(Options, _place, Keys, key)
        : throw new InvalidOperationException("Development tokens are for Development on loopback only.");

    private static DevelopmentKey? ReadDevelopmentKey(AccessOptions options, AccessPlace place, ICollection<string> errors)
    {
        if (options.DevelopmentKeyFile is not { } file)
            return null;
        if (!place.TrustsThisMachine)
        {
            errors.Add("DevelopmentKeyFile is for Development on loopback only: everywhere else tokens come from an issuer.");
            return null;
        }
        try
        {
            return DevelopmentKey.Read(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            errors.Add("DevelopmentKeyFile: " + error.Message);
            return null;
        }
    }

    private static void CheckUrls(AccessOptions options, ICollection<string> errors)
    {
        if (options.Metadata is not null && options.Jwks is not null)
            errors.Add("Metadata and Jwks exclude each other: the metadata names its key set.");
        foreach (var (name, url) in new[] { (nameof(options.Metadata), options.Metadata), (nameof(options.Jwks), options.Jwks) })
            if (url is not null && !IsSafe(url))
                errors.Add($"{name} must be an https address (http on loopback only): whoever can change keys on the way decides who may ask.");
    }

    private static bool IsSafe(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp && url.IsLoopback);

    private static void CheckIssuer(AccessOptions options, AccessPlace place, ICollection<string> errors)
    {
        var hasKeys = options.Metadata is not null || options.Jwks is not null
            || options.PublicKeys.Count + options.PublicKeyFiles.Count + options.SymmetricKeys.Count + options.SymmetricKeyFiles.Count > 0;
        var hasIssuer = !string.IsNullOrWhiteSpace(options.Issuer);
        var hasAudience = !string.IsNullOrWhiteSpace(options.Audience);
        if (options.Issuer == DevelopmentKey.Issuer)
            errors.Add($"Issuer: '{DevelopmentKey.Issuer}' is kept for development tokens.");
        if (hasKeys && hasIssuer && hasAudience || place.TrustsThisMachine && !hasKeys && !hasIssuer && !hasAudience)
            return;
        var missing = string.Join(", ", new[]
        {
            hasIssuer ? null : nameof(options.Issuer),
            hasAudience ? null : nameof(options.Audience),
            hasKeys ? null : "a key (Metadata, Jwks, PublicKeys, PublicKeyFiles, SymmetricKeys or SymmetricKeyFiles)",
        }.OfType<string>());
        var why = !place.Loopback ? "the API is reached from other machines"
            : !place.Development ? "the environment is not Development"
            : "tokens want all three";
        errors.Add($"{missing} must be set: {why}.");
    }
}
