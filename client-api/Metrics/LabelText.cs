using System.Globalization;
using System.Text;

namespace StreamForge.ClientApi.Metrics;

/// <summary>Labels in the Prometheus text format: <c>key="value",...</c>, in order of key.</summary>
internal static class LabelText
{
    /// <summary>The one label of the series that sums up what is beyond the limit of series (OpenTelemetry's name).</summary>
    public const string Overflow = "otel_metric_overflow=\"true\"";

    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Keys that become the same share a label, their values joined: a label may stand only once.
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            var name = MetricName.OfLabel(key);
            var text = TextOf(value);
            labels[name] = labels.TryGetValue(name, out var before) ? before + ';' + text : text;
        }
        var output = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            if (output.Length > 0)
                output.Append(',');
            output.Append(name).Append("=\"");
            Escape(output, value);
            output.Append('"');
        }
        return output.ToString();
    }

    private static string TextOf(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static void Escape(StringBuilder output, string value)
    {
        foreach (var c in value)
            _ = c switch
            {
                '\\' => output.Append(@"\\"),
                '"' => output.Append("\\\""),
                '\n' => output.Append("\\n"),
                _ => output.Append(c),
            };
    }
}
