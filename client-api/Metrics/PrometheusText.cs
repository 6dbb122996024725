using System.Globalization;
using System.Text;

namespace StreamForge.ClientApi.Metrics;

/// <summary>The Prometheus text format, version 0.0.4 (prometheus.io, "Exposition formats").</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Render(MetricCollector collector)
    {
        var output = new StringBuilder(16 * 1024);
        collector.Collect(family => Render(output, family));
        return output.ToString();
    }

    private static void Render(StringBuilder output, MetricFamily family)
    {
        var headed = false;
        family.Read(series =>
        {
            if (!headed)
                RenderHead(output, family);
            headed = true;
            if (family.Kind == MetricKind.Histogram)
                RenderHistogram(output, family.Name, series);
            else
                Sample(output, family.Name, "", series.Labels, null, series.Value);
        });
    }

    private static void RenderHead(StringBuilder output, MetricFamily family)
    {
        if (!string.IsNullOrEmpty(family.Help))
            output.Append("# HELP ").Append(family.Name).Append(' ')
                .Append(family.Help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        var type = family.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        };
        output.Append("# TYPE ").Append(family.Name).Append(' ').Append(type).Append('\n');
    }

    private static void RenderHistogram(StringBuilder output, string name, MetricSeries series)
    {
        foreach (var (bound, cumulative) in series.Buckets)
            Sample(output, name, "_bucket", series.Labels, Number(bound), cumulative);
        Sample(output, name, "_bucket", series.Labels, "+Inf", series.Count);
        Sample(output, name, "_sum", series.Labels, null, series.Value);
        Sample(output, name, "_count", series.Labels, null, series.Count);
    }

    private static void Sample(StringBuilder output, string name, string suffix, string labels, string? bound, double value)
    {
        output.Append(name).Append(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            output.Append('{').Append(labels);
            if (bound is not null)
                output.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(bound).Append('"');
            output.Append('}');
        }
        output.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
