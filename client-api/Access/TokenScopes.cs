using System.Security.Claims;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Access;

/// <summary>Reads what a token allows: the words <c>reader</c> and <c>operator</c>, wherever issuers put such words.</summary>
internal static class TokenScopes
{
    // RFC 8693, 4.2 (a string with spaces); the same in other products; their roles (arrays, which come as several claims).
    private static readonly string[] Claims = ["scope", "scp", "roles"];

    /// <summary>The highest scope that the token names; who may operate may read.</summary>
    public static ApiScope Of(ClaimsIdentity identity)
    {
        var highest = ApiScope.None;
        foreach (var name in Claims)
            foreach (var claim in identity.FindAll(name))
                foreach (var word in claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    if (ScopeOf(word) is var scope && scope > highest)
                        highest = scope;
        return highest;
    }

    /// <summary>The word for a scope in tokens, challenges and the OpenAPI document.</summary>
    public static string WordOf(ApiScope scope) => scope switch
    {
        ApiScope.Reader => "reader",
        ApiScope.Operator => "operator",
        _ => "",
    };

    private static ApiScope ScopeOf(string word) => word switch
    {
        "reader" => ApiScope.Reader,
        "operator" => ApiScope.Operator,
        _ => ApiScope.None,
    };
}
