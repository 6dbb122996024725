using System.ComponentModel.DataAnnotations;

namespace StreamForge.Hosting;

/// <summary>What a process tells of itself: traces and logs. Section <c>Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The usual variable of the environment for <see cref="OtlpEndpoint"/>.</summary>
    public const string UsualVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Where traces go by OTLP over HTTP (<c>/v1/traces</c> is added), such as <c>http://otel-collector:4318</c>. Default: that of
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; without either there are no traces, and nothing is spent on them.
    /// </summary>
    [Url]
    public string? OtlpEndpoint { get; set; }

    /// <summary>Share of traces that are kept, decided where a trace begins: by the connector of a frame, by the client API of a request. Default 0.01; 0 to 1.</summary>
    [Range(0, 1)]
    public double Sampling { get; set; } = 0.01;

    /// <summary>Logs are JSON, an object a line. Default: plain lines.</summary>
    public bool JsonLogs { get; set; }

    /// <summary>Whether there are traces at all.</summary>
    public bool Traced => OtlpEndpoint is not null;

    /// <summary>The section; what is wrong with it is noted in <paramref name="sections"/>.</summary>
    public static TelemetryOptions Read(SettingsSections sections) => sections.Check(
        "Telemetry", new TelemetryOptions { OtlpEndpoint = Environment.GetEnvironmentVariable(UsualVariable) is { Length: > 0 } usual ? usual : null });
}
