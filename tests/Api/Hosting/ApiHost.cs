using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Limits;
using StreamForge.Tests.Api.Access;
using StreamForge.Tests.Api.Scripted;

[assembly: AssemblyFixture(typeof(StreamForge.Tests.Api.Hosting.ApiHost))]

namespace StreamForge.Tests.Api.Hosting;

/// <summary>The API on a real port, before real grains that answer what a test says. Shared by tests; each has its own instruments.</summary>
public class ApiHost : IAsyncLifetime
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static int _names;

    private static readonly TestIssuer Issuer = new();

    private readonly Action<ClientApiOptions> _configure;
    private readonly ApiAccess _access;
    private ILoggerProvider? _logging;
    private Action<LimitOptions>? _limits;
    private WebApplication? _app;

    public ApiHost()
        : this(_ => { })
    {
    }

    internal ApiHost(Action<ClientApiOptions> configure, ApiAccess? access = null)
    {
        (_configure, _access) = (configure, access ?? Rules(new AccessOptions().Takes(Issuer)));
        // An operator, but where a test says who asks.
        if (access is null)
            Client.DefaultRequestHeaders.Authorization = Issuer.Bearer("operator");
    }

    public ScriptedMarket Market { get; } = new();

    public HttpClient Client { get; } = new() { Timeout = Deadline };

    public IServiceProvider Services => _app!.Services;

    /// <summary>An instrument that no other test has.</summary>
    public ScriptedInstrument NewInstrument() => Market[$"test:T{Interlocked.Increment(ref _names)}"];

    public static Task<ApiHost> Start(Action<ClientApiOptions> configure) => Start(new ApiHost(configure));

    /// <summary>An API with rules of its own on who may ask; its client sends no token.</summary>
    internal static Task<ApiHost> Start(
        ApiAccess access, Action<ClientApiOptions>? configure = null, ILoggerProvider? logging = null, Action<LimitOptions>? limits = null) =>
        Start(new ApiHost(configure ?? (_ => { }), access) { _logging = logging, _limits = limits });

    /// <summary>The rules as they would be read on a server.</summary>
    internal static ApiAccess Rules(AccessOptions options, AccessPlace place = default)
    {
        var errors = new List<string>();
        var access = ApiAccess.Read(options, place, errors);
        Assert.Empty(errors);
        return access!;
    }

    private static async Task<ApiHost> Start(ApiHost host)
    {
        await host.InitializeAsync();
        return host;
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        if (_logging is not null)
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logging);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.HostGrains();
        builder.Services.AddSingleton(Market);
        builder.Services.AddClientApi(_access, options =>
        {
            options.GrainTimeout = TimeSpan.FromSeconds(3);
            options.StreamHeartbeat = TimeSpan.FromMilliseconds(200);
            options.Meters = ["StreamForge*", "Test*"];
            _configure(options);
        });
        // One client asks for all tests: only where a test is about that is it limited.
        builder.Services.Configure(_limits ?? (all => (all.RequestsPerSecond, all.Burst, all.Streams) = (1_000_000, 1_000_000, 1_000_000)));
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
