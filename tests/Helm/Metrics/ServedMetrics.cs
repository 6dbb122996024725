#if ENGINE_ORLEANS
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Metrics;
using StreamForge.Hosting.Tls;
using StreamForge.Silo.Cluster;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;
using StreamForge.Sources.Connectors;

namespace StreamForge.Tests.Helm.Metrics;

/// <summary>The names under which <c>/metrics</c> serves the instruments of all processes: those of the platform's own meters, in a web server.</summary>
internal static class ServedMetrics
{
    public static async Task<IReadOnlySet<string>> Names()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMetricsPage();
        await using var app = builder.Build();
        app.MapMetricsPage();
        // Before the instruments: it hears of those that come after it too, but of none that nobody made.
        var collector = app.Services.GetRequiredService<MetricCollector>();
        await app.StartAsync();
        await Make(app.Services.GetRequiredService<IMeterFactory>());
        using var http = new HttpClient();
        Assert.Contains("http_server_request_duration_seconds", await AskTwice(http, app.Urls.First()), StringComparison.Ordinal);

        var names = new HashSet<string>();
        collector.Collect(family =>
        {
            names.Add(family.Name);
            if (family.Kind == MetricKind.Histogram)
                names.UnionWith([family.Name + "_bucket", family.Name + "_count", family.Name + "_sum"]);
        });
        return names;
    }

    /// <summary>Makes the instruments as processes do, of parts that do not run.</summary>
    private static async Task Make(IMeterFactory meters)
    {
        var time = TimeProvider.System;
        var pipeline = new Pipeline(
            null!, null!, null!, null!, [], Options.Create(new PipelineOptions()), Options.Create(new PumpOptions()), time, null!);
        _ = new PumpMetrics(meters, pipeline, time);
        _ = new IntegrityMeter(meters, time);
        _ = new ApiMeter(meters);
        _ = new HomeKeeper(new HomeKeeping(SendsHome: true), null!, null!, null!, meters, time);
        // Its gauge asks for members; there are none to ask for here.
        await new MemberMetrics(meters, new NoMembers()).StartAsync(CancellationToken.None);
        _ = new CertificateWatch([], time, meters, NullLogger<CertificateWatch>.Instance);
        _ = new RefusalLog(time, meters, NullLogger<RefusalLog>.Instance);
        RuntimeHelpers.RunClassConstructor(typeof(StorageMeter).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ConnectorMetrics).TypeHandle);
    }

    private static async Task<string> AskTwice(HttpClient http, string root)
    {
        // The first request is measured when it has ended.
        await http.GetStringAsync(new Uri(root + "/metrics"));
        return await http.GetStringAsync(new Uri(root + "/metrics"));
    }

    private sealed class NoMembers : Orleans.Runtime.ISiloStatusOracle
    {
        public Orleans.Runtime.SiloStatus CurrentStatus => Orleans.Runtime.SiloStatus.Active;

        public string SiloName => "";

        public Orleans.Runtime.SiloAddress SiloAddress => Orleans.Runtime.SiloAddress.Zero;

        public Orleans.Runtime.SiloAddress[] GetActiveSilos() => [];

        public Orleans.Runtime.SiloStatus GetApproximateSiloStatus(Orleans.Runtime.SiloAddress siloAddress) => Orleans.Runtime.SiloStatus.None;

        public Dictionary<Orleans.Runtime.SiloAddress, Orleans.Runtime.SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) => [];

        public bool TryGetSiloName(Orleans.Runtime.SiloAddress siloAddress, out string siloName)
        {
            siloName = "";
            return false;
        }

        public bool IsFunctionalDirectory(Orleans.Runtime.SiloAddress siloAddress) => false;

        public bool IsDeadSilo(Orleans.Runtime.SiloAddress silo) => false;

        public bool SubscribeToSiloStatusEvents(Orleans.Runtime.ISiloStatusListener observer) => false;

        public bool UnSubscribeFromSiloStatusEvents(Orleans.Runtime.ISiloStatusListener observer) => false;
    }
}
#endif
