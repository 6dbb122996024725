using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;
using Orleans.Runtime;
using StreamForge.ClientApi.Metrics;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;
using StreamForge.Hosting;
using StreamForge.Silo;
using StreamForge.Silo.Cluster;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;

namespace StreamForge.SiloHost;

/// <summary>One silo, from its settings to its end.</summary>
internal static class SiloProcess
{
    /// <param name="args">Settings in place of the file's and the environment's: <c>--StreamForge:Silo:Port=11112</c>.</param>
    /// <exception cref="StartupException">A sentence for the user.</exception>
    public static async Task<int> Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "StreamForge", Args = args });
        var settings = new SiloSettings(builder.Configuration);
        builder.Logging.AddPlainConsole(LogLevel.Information, settings.Telemetry);
        using var signal = new ShutdownSignal(settings.Silo.StopWithin + TimeSpan.FromSeconds(1), CancellationToken.None);
        using var loggers = LoggerFactory.Create(logging => logging.AddPlainConsole(LogLevel.Information, settings.Telemetry));
        var time = new SteadyClock(TimeProvider.System);
        using var traces = Tracing.Start(settings.Telemetry, "streamforge-silo", settings.Silo.Name);
        await using var stores = await SiloStores.Open(settings, time, loggers, signal.Asked);
        Register(builder, settings, stores, time);
        await using var app = builder.Build();
        app.MapSiloHealth();
        app.MapMetricsPage();
        if (settings.Silo.Dashboard)
            app.MapDashboard();
        await Start(app, signal.Asked);
        Console.Error.WriteLine($"silo: {settings.Silo.Name} is up at {app.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress}, health at {app.Urls.First()}/health/ready");
        await WaitForEnd(app, signal.Asked);
        return Report(await Stop(app, settings.Silo, time));
    }

    private static void Register(WebApplicationBuilder builder, SiloSettings settings, SiloStores stores, TimeProvider time)
    {
        var services = builder.Services;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls(settings.Silo.HealthUrl);
        services.AddSingleton<IHostLifetime, SignalsElsewhere>();
        services.AddSingleton(time);
        services.AddSingleton<IIdSource, RandomIdSource>();
        services.AddSingleton(stores.Log);
        services.AddSingleton(stores.States);
        services.AddSingleton(stores.Partitions);
        services.AddSingleton<IStateDirectory>(stores.States);
        services.AddSingleton<IRepairGateway, DeskGateway>();
        settings.Register(services);
        builder.AddGrainEngine(
            settings.Engine with { GrainAssemblies = [typeof(IStoredState).Assembly, typeof(SiloServices).Assembly] },
            provider => ActivatorUtilities.CreateInstance<CheckpointGrainStorage>(provider, settings.Checkpoint),
            silo =>
            {
                ClusterMember.Join(silo, settings.Cluster, settings.Silo);
                if (settings.Telemetry.Traced)
                    silo.AddActivityPropagation();
                silo.AddSiloTalk(settings.Cluster.HomePlacement);
                if (settings.Silo.Dashboard)
                    silo.AddDashboard();
            });
        services.AddOperations(stores.Operations);
        services.AddMarketSilo();
        services.AddMetricsPage();
    }

    private static async Task Start(WebApplication app, CancellationToken asked)
    {
        try
        {
            await app.StartAsync(asked);
        }
        catch (Exception error) when (error is IOException or EventLogException or StateStoreException or OptionsValidationException or OrleansException)
        {
            throw new StartupException(error.Message, error);
        }
    }

    /// <summary>Until it is asked to, or the engine has stopped the host: a silo that the others declared dead ends.</summary>
    private static async Task WaitForEnd(WebApplication app, CancellationToken asked)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(asked, app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<(bool Checkpointed, string Stages)> Stop(WebApplication app, SiloHostOptions options, TimeProvider time)
    {
        var pipeline = app.Services.GetRequiredService<Pipeline>();
        var stages = new StopStages(time);
        // Not ready first, so that nobody is sent here any more; then pumps, then grains.
        app.Lifetime.StopApplication();
        await stages.Run("pumps", options.StopWithin * 0.6, pipeline.StopAsync);
        await stages.Run("grains", options.StopWithin * 0.9, app.StopAsync);
        return (pipeline.Stopped, stages.ToString());
    }

    private static int Report((bool Checkpointed, string Stages) end)
    {
        Console.Error.WriteLine($"silo: ended in {end.Stages}");
        if (end.Checkpointed)
            return ExitCodes.Ok;
        Console.Error.WriteLine("silo: ended without the last checkpoint; others read on from the one before");
        return ExitCodes.EndedLate;
    }
}
