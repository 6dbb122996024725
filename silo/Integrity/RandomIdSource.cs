#pragma warning disable RS0030 // Production's source of chance; a simulator brings a seeded one.
using System.Buffers.Text;
using System.Security.Cryptography;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Integrity;

/// <summary>Ids of 96 random bits, 16 characters of base64url.</summary>
internal sealed class RandomIdSource : IIdSource
{
    public string NewId()
    {
        Span<byte> bits = stackalloc byte[12];
        RandomNumberGenerator.Fill(bits);
        return Base64Url.EncodeToString(bits);
    }

    public double NextDouble() => Random.Shared.NextDouble();
}
