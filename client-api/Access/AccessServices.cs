using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StreamForge.ClientApi.Access.Development;
using StreamForge.ClientApi.Access.Keys;

namespace StreamForge.ClientApi.Access;

/// <summary>What it takes to know who asks.</summary>
internal static class AccessServices
{
    /// <summary>Adds what <see cref="CallerMiddleware"/> and <see cref="ScopeMiddleware"/> need.</summary>
    public static IServiceCollection AddApiAccess(this IServiceCollection services, ApiAccess access)
    {
        services.AddMetrics();
        services.AddOptions<ClientApiOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ApiMeter>();
        services.TryAddSingleton(access);
        services.TryAddSingleton(_ => new TokenMemory(access.Options.RememberedTokens));
        services.TryAddSingleton<KeyRing>(provider => access.Options is { Metadata: null, Jwks: null }
            ? new FixedKeys(access.Keys)
            : new PublishedKeys(access.Options, access.Keys, provider.GetRequiredService<ILogger<PublishedKeys>>()));
        services.TryAddSingleton(provider => new TokenJudge(
            IssuersOf(access, provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<TokenMemory>(),
            access.Options.ClockSkew,
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static List<TokenIssuer> IssuersOf(ApiAccess access, KeyRing keys, TimeProvider time)
    {
        var issuers = new List<TokenIssuer>();
        if (access.Options is { Issuer: { } issuer, Audience: { } audience })
            issuers.Add(new TokenIssuer(issuer, audience, keys, access.Options.ClockSkew, time));
        // Each with its own key only: a development key proves no token of the real issuer, nor the other way round.
        if (access.Development is { } development)
            issuers.Add(new TokenIssuer(
                DevelopmentKey.Issuer, DevelopmentKey.Audience, new FixedKeys([development.Key]), access.Options.ClockSkew, time));
        return issuers;
    }
}
