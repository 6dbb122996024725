using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace StreamForge.Bench.Api;

/// <summary>The least that ASP.NET can do: a mapped address that writes given bytes.</summary>
internal sealed class BareServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BareServer(WebApplication app) => _app = app;

    public Uri Root => new(_app.Urls.First());

    public static async Task<BareServer> Start(IReadOnlyDictionary<string, byte[]> bodies, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        foreach (var (path, body) in bodies)
            app.MapGet(path, context =>
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = body.Length;
                context.Response.BodyWriter.Write(body);
                return Task.CompletedTask;
            });
        await app.StartAsync(cancellation);
        return new BareServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
