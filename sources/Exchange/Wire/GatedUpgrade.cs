using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>Puts a <see cref="GatedStream"/> below the WebSocket of a request; stands before the WebSocket middleware.</summary>
internal sealed class GatedUpgrade(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
{
    public GatedStream? Gate { get; private set; }

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => Gate = new GatedStream(await inner.UpgradeAsync());

    /// <summary>The middleware.</summary>
    public static Task Use(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new GatedUpgrade(upgrade));
        return next(context);
    }
}
