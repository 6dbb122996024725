using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.Tokens;

namespace StreamForge.ClientApi.Access;

/// <summary>Stands for a token in memory, so that a dump of it gives none away.</summary>
internal readonly record struct TokenDigest(UInt128 High, UInt128 Low)
{
    public static TokenDigest Of(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
        return MemoryMarshal.Read<TokenDigest>(hash);
    }
}

/// <summary>A token that was found good.</summary>
/// <param name="Verdict">What was found.</param>
/// <param name="Issuer">Whose it is.</param>
/// <param name="Keys">The keys that it was proven by: with others it must be proven again.</param>
internal sealed record RememberedToken(TokenVerdict Verdict, TokenIssuer Issuer, IReadOnlyList<SecurityKey> Keys)
{
    public bool StillCounts(DateTimeOffset now, IReadOnlyList<SecurityKey>? keys) => ReferenceEquals(keys, Keys) && now < Verdict.Expires;
}

/// <summary>Tokens that were found good: a caller sends the same one again and again, and its signature costs more than most answers.</summary>
internal sealed class TokenMemory(int capacity) : IDisposable
{
    private readonly MemoryCache _tokens = new(new MemoryCacheOptions { SizeLimit = capacity });

    public RememberedToken? Find(TokenDigest digest) => capacity > 0 ? _tokens.Get<RememberedToken>(digest) : null;

    public void Keep(TokenDigest digest, RememberedToken token)
    {
        if (capacity > 0)
            _tokens.Set(digest, token, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = token.Verdict.Expires });
    }

    public void Dispose() => _tokens.Dispose();
}
