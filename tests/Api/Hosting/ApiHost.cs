using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamForge.ClientApi;
using StreamForge.Tests.Api.Scripted;

[assembly: AssemblyFixture(typeof(StreamForge.Tests.Api.Hosting.ApiHost))]

namespace StreamForge.Tests.Api.Hosting;

/// <summary>The API on a real port, before real grains that answer what a test says. Shared by tests; each has its own instruments.</summary>
public class ApiHost : IAsyncLifetime
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static int _names;

    private readonly Action<ClientApiOptions> _configure;
    private WebApplication? _app;

    public ApiHost()
        : this(_ => { })
    {
    }

    internal ApiHost(Action<ClientApiOptions> configure) => _configure = configure;

    public ScriptedMarket Market { get; } = new();

    public HttpClient Client { get; } = new() { Timeout = Deadline };

    public IServiceProvider Services => _app!.Services;

    /// <summary>An instrument that no other test has.</summary>
    public ScriptedInstrument NewInstrument() => Market[$"test:T{Interlocked.Increment(ref _names)}"];

    public static async Task<ApiHost> Start(Action<ClientApiOptions> configure)
    {
        var host = new ApiHost(configure);
        await host.InitializeAsync();
        return host;
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.HostGrains();
        builder.Services.AddSingleton(Market);
        builder.Services.AddClientApi(options =>
        {
            options.GrainTimeout = TimeSpan.FromSeconds(3);
            options.StreamHeartbeat = TimeSpan.FromMilliseconds(200);
            options.Meters = ["StreamForge*", "Test*"];
            _configure(options);
        });
        _app = builder.Build();
        _app.MapClientApi();
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client.BaseAddress = new Uri(address);
    }

    public Task Stop() => _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Market.Close();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }
}
