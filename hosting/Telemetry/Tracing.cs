using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace StreamForge.Hosting;

/// <summary>
/// Sends the traces of a process by OTLP. Who makes spans asks first whether anybody listens: without this nobody does, and they cost a
/// look at a field.
/// </summary>
internal static class Tracing
{
    // Ours; those of ASP.NET's requests; those of calls between grains and their clients, where calls carry traces at all.
    private static readonly string[] Sources = ["StreamForge.*", "Microsoft.AspNetCore", "Microsoft.Orleans.Application"];

    /// <summary>Begins to send; what is left is sent when the result is disposed of.</summary>
    /// <param name="service">What the process is: <c>streamforge-silo</c>.</param>
    /// <param name="instance">Which of them.</param>
    /// <returns>None where there is nowhere to send to.</returns>
    public static IDisposable? Start(TelemetryOptions options, string service, string instance)
    {
        if (options.OtlpEndpoint is not { } endpoint)
            return null;
        // By the trace's id, so that every process keeps the same ones; and none that was left out where it began. What a caller wants kept
        // counts no more than that.
        var share = new TraceIdRatioBasedSampler(options.Sampling);
        return new Sending(Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService(service, serviceInstanceId: instance))
            .AddSource(Sources)
            .SetSampler(new ParentBasedSampler(share, remoteParentSampled: share))
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new Uri(endpoint.TrimEnd('/') + "/v1/traces");
            })
            .Build());
    }

    /// <summary>Ends within a moment, whether somebody takes what is left or not: the process has promised when it ends.</summary>
    private sealed class Sending(TracerProvider provider) : IDisposable
    {
        private const int Milliseconds = 500;

        public void Dispose()
        {
            provider.Shutdown(Milliseconds);
            provider.Dispose();
        }
    }
}
