using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Access;

/// <summary>The policies that addresses name (<c>RequireAuthorization</c>): the words of the scopes.</summary>
public static class ScopePolicies
{
    /// <summary>To read.</summary>
    public const string Reader = "reader";

    /// <summary>To change how the platform runs; allows reading too.</summary>
    public const string Operator = "operator";

    internal static void Add(AuthorizationOptions options)
    {
        foreach (var scope in new[] { ApiScope.Reader, ApiScope.Operator })
            options.AddPolicy(TokenScopes.WordOf(scope), policy => policy.AddRequirements(new ScopeRequirement(scope)));
    }
}

/// <summary>A token with a scope, or with one that implies it.</summary>
internal sealed record ScopeRequirement(ApiScope Scope) : IAuthorizationRequirement;

/// <summary>Looks at the caller; where reading is open, nobody in particular may read, too.</summary>
internal sealed class ScopeHandler(ApiAccess access) : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity is { IsAuthenticated: true }
            ? context.User.HasClaim("scope", ScopePolicies.Operator)
                || requirement.Scope == ApiScope.Reader && context.User.HasClaim("scope", ScopePolicies.Reader)
            : access.AnonymousReads && requirement.Scope == ApiScope.Reader && SentNoToken(context))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    /// <summary>Who sent one that does not count must hear of it.</summary>
    private static bool SentNoToken(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.Request.Headers.Authorization.Count == 0;
}
