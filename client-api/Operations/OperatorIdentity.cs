using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>Who gives an order, as it is kept.</summary>
internal static class OperatorIdentity
{
    /// <summary>
    /// The name of whoever is authenticated, or the subject of the token; <c>anonymous@address</c> where nobody has to be, which is in
    /// development only.
    /// </summary>
    public static string Of(HttpContext context)
    {
        var user = context.User;
        var name = user.Identity is { IsAuthenticated: true } identity
            ? identity.Name ?? user.FindFirstValue("sub") ?? user.FindFirstValue(ClaimTypes.NameIdentifier) ?? "unnamed"
            : $"anonymous@{context.Connection.RemoteIpAddress?.ToString() ?? "unknown"}";
        return name.Length > OperatorOrder.MaxBy ? name[..OperatorOrder.MaxBy] : name;
    }
}
