using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Limits;
using StreamForge.Contracts.Market;
using StreamForge.Hosting;
using StreamForge.Hosting.Tls;

namespace StreamForge.ApiHost;

/// <summary>One process of the client API, from its settings to its end.</summary>
internal static class ApiProcess
{
    // Longer than an honest answer takes, shorter than it takes to find out that a silo is gone.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(0.7);

    /// <param name="args">Settings in place of the file's and the environment's: <c>--StreamForge:Api:Url=http://0.0.0.0:8080</c>.</param>
    /// <exception cref="StartupException">A sentence for the user.</exception>
    public static async Task<int> Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "StreamForge", Args = args });
        var (cluster, api, access, certificate, telemetry) = Read(builder);
        builder.Logging.AddPlainConsole(LogLevel.Information, telemetry);
        using var signal = new ShutdownSignal(api.StopWithin + TimeSpan.FromSeconds(1), CancellationToken.None);
        using var traces = Tracing.Start(telemetry, "streamforge-client-api", Environment.MachineName);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls(api.Url);
        builder.AddApiHttps(certificate);
        builder.Services.AddSingleton<IHostLifetime, SignalsElsewhere>();
        builder.Services.AddSingleton<TimeProvider>(new SteadyClock(TimeProvider.System));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = api.StopWithin);
        builder.AddLateClusterClient(cluster, telemetry.Traced, typeof(IInstrumentGrain).Assembly);
        builder.Services.AddClientApi(access);
        await using var app = builder.Build();
        app.UseApiHsts(certificate);
        app.MapClientApi();
        app.UseClusterGate();
        try
        {
            await app.StartAsync(signal.Asked);
        }
        catch (IOException error)
        {
            throw new StartupException(error.Message, error);
        }
        catch (OperationCanceledException) when (signal.Asked.IsCancellationRequested)
        {
            Console.Error.WriteLine("client-api: ended before it was up");
            return ExitCodes.Ok;
        }
        Console.Error.WriteLine($"client-api: up at {app.Urls.First()}");
        await signal.Wait();
        await app.StopAsync(CancellationToken.None);
        Console.Error.WriteLine("client-api: ended");
        return ExitCodes.Ok;
    }

    private static (ClusterSettings Cluster, ApiHostOptions Api, ApiAccess Access, ApiCertificate? Certificate, TelemetryOptions Telemetry) Read(WebApplicationBuilder builder)
    {
        var sections = new SettingsSections(builder.Configuration);
        var cluster = ClusterSettings.Read(sections, isSilo: false, TimeProvider.System);
        var api = sections.Check("Api", new ApiHostOptions());
        var telemetry = TelemetryOptions.Read(sections);
        sections.Check("ClientApi", new ClientApiOptions { AskAgainAfter = AskAgainAfter });
        var access = ApiSettings.ReadAccess(sections, AccessPlace.Of(builder.Environment.IsDevelopment(), api.Url));
        var certificate = ApiSettings.ReadCertificate(sections, given: null, api.Url, TimeProvider.System);
        sections.Check("Limits", new LimitOptions());
        sections.AllowOthers("Silo", "Kafka", "Postgres", "Engine", "Checkpoint", "Pump", "Pipeline", "Market", "Governor", "Connector", "ConnectorHost", "Log", "States");
        sections.ThrowIfWrong();
        builder.Services.Configure<ClientApiOptions>(options => options.AskAgainAfter = AskAgainAfter);
        builder.Services.Configure<LimitOptions>(sections.Section("Limits"));
        builder.Services.Configure<ClientApiOptions>(sections.Section("ClientApi"));
        return (cluster, api, access!, certificate, telemetry);
    }
}
