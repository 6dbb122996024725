using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Access;

namespace StreamForge.ClientApi.Limits;

/// <summary>Whose requests are counted together.</summary>
/// <param name="Name">That of the token; null where none counts.</param>
/// <param name="Network">Where there is no name: the address, or the first half of an IPv6 address, since whoever has one has them all.</param>
internal readonly record struct CallerKey(string? Name, UInt128 Network)
{
    private const int AddressBytes = 16;
    private const int NetworkBytes = 8;

    public static CallerKey Of(HttpContext context) => context.Features.Get<TokenVerdict>()?.Caller?.Identity?.Name is { } name
        ? new CallerKey(name, default)
        : new CallerKey(null, NetworkOf(context.Connection.RemoteIpAddress));

    internal static UInt128 NetworkOf(IPAddress? address)
    {
        if (address is null)
            return default;
        Span<byte> bytes = stackalloc byte[AddressBytes];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (address.IsIPv4MappedToIPv6)
            return BinaryPrimitives.ReadUInt32BigEndian(bytes[^sizeof(uint)..]);
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        bytes[NetworkBytes..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
