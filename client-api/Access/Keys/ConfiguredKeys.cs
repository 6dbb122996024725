using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access.Development;

namespace StreamForge.ClientApi.Access.Keys;

/// <summary>Reads the keys that the configuration holds or names. What is wrong is said without the key.</summary>
internal static class ConfiguredKeys
{
    private const int LeastSecretBytes = 32;

    public static IReadOnlyList<SecurityKey> Read(AccessOptions options, ICollection<string> errors)
    {
        var keys = new List<SecurityKey>();
        for (var i = 0; i < options.PublicKeys.Count; i++)
            Add(keys, $"PublicKeys:{i}", errors, () => PublicKeysOf(options.PublicKeys[i]));
        for (var i = 0; i < options.PublicKeyFiles.Count; i++)
            Add(keys, $"PublicKeyFiles:{i}", errors, () => PublicKeysOf(File.ReadAllText(options.PublicKeyFiles[i])));
        for (var i = 0; i < options.SymmetricKeys.Count; i++)
            Add(keys, $"SymmetricKeys:{i}", errors, () => [SecretOf(options.SymmetricKeys[i])]);
        for (var i = 0; i < options.SymmetricKeyFiles.Count; i++)
            Add(keys, $"SymmetricKeyFiles:{i}", errors, () => [SecretOf(File.ReadAllText(options.SymmetricKeyFiles[i]))]);
        return keys;
    }

    private static void Add(List<SecurityKey> keys, string name, ICollection<string> errors, Func<IReadOnlyList<SecurityKey>> read)
    {
        try
        {
            var found = read();
            if (found.Any(key => !KeyAlgorithms.IsStrong(key)))
                errors.Add($"{name}: an RSA key must have 2,048 bits or more, an EC key be on P-256, P-384 or P-521.");
            keys.AddRange(found);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or KeyFormatException)
        {
            errors.Add($"{name}: {error.Message}");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or NotSupportedException)
        {
            // What a parser says may quote what it parsed.
            errors.Add($"{name}: it cannot be read as a key.");
        }
    }

    private static SymmetricSecurityKey SecretOf(string text)
    {
        if (text.StartsWith(DevelopmentKey.Prefix, StringComparison.Ordinal))
            throw new KeyFormatException("a development key is no key of an issuer.");
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var length))
            throw new KeyFormatException("it must be Base64.");
        return length >= LeastSecretBytes
            ? new SymmetricSecurityKey(bytes[..length])
            : throw new KeyFormatException($"it must have {LeastSecretBytes} bytes or more.");
    }

    private static List<SecurityKey> PublicKeysOf(string pem)
    {
        var keys = new List<SecurityKey>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            keys.Add(KeyOf(rest[fields.Label].ToString(), rest[fields.Location].ToString()));
            rest = rest[fields.Location.End..];
        }
        return keys.Count > 0 ? keys : throw new KeyFormatException("it holds no PEM text of a public key or certificate.");
    }

    private static SecurityKey KeyOf(string label, string pem)
    {
        if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            throw new KeyFormatException("it holds a private key; only the public half is needed here.");
        if (label != "CERTIFICATE")
            return PublicKeyOf(pem);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        if (certificate.GetECDsaPublicKey() is { } ec)
            return new ECDsaSecurityKey(ec);
        return certificate.GetRSAPublicKey() is { } rsa
            ? new RsaSecurityKey(rsa)
            : throw new KeyFormatException("its certificate has neither an RSA nor an EC key.");
    }

    private static SecurityKey PublicKeyOf(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa);
        }
        catch (CryptographicException)
        {
            // Not RSA, then.
            rsa.Dispose();
        }
        var ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        return new ECDsaSecurityKey(ec);
    }
}

/// <summary>A key that is not of the wanted form; the message holds nothing of it.</summary>
internal sealed class KeyFormatException(string message) : Exception(message);
