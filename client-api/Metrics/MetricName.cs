using System.Diagnostics.Metrics;
using System.Text;

namespace StreamForge.ClientApi.Metrics;

/// <summary>
/// The Prometheus names of instruments and labels, by OpenTelemetry's rules ("Prometheus and OpenMetrics Compatibility"):
/// dots become underscores, the unit is spelled out at the end, and counters end in <c>_total</c>.
/// </summary>
internal static class MetricName
{
    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = Sanitize(instrument.Name, colons: true);
        if (UnitWord(instrument.Unit, kind) is { } unit && !name.EndsWith('_' + unit, StringComparison.Ordinal))
            name = WithoutTotal(name, kind) + '_' + unit;
        return kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>A label's name: <c>[a-zA-Z_][a-zA-Z0-9_]*</c>.</summary>
    public static string OfLabel(string key) => Sanitize(key, colons: false);

    private static string WithoutTotal(string name, MetricKind kind) =>
        kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;

    private static string Sanitize(string text, bool colons)
    {
        var name = new StringBuilder(text.Length + 1);
        foreach (var c in text)
        {
            var allowed = char.IsAsciiLetterOrDigit(c) || colons && c == ':';
            if (name.Length == 0 && char.IsAsciiDigit(c))
                name.Append('_');
            if (allowed)
                name.Append(c);
            else if (name.Length == 0 || name[^1] != '_')
                name.Append('_');
        }
        return name.Length == 0 ? "_" : name.ToString();
    }

    private static string? UnitWord(string? unit, MetricKind kind)
    {
        if (string.IsNullOrEmpty(unit) || unit[0] == '{')
            return null;
        if (unit == "1")
            return kind == MetricKind.Gauge ? "ratio" : null;
        var slash = unit.IndexOf('/');
        if (slash < 0)
            return Word(unit);
        var over = unit[(slash + 1)..];
        var per = over.Length > 0 && over[0] == '{' ? Sanitize(over.Trim('{', '}'), colons: false) : Singular(Word(over));
        return slash == 0 || unit[0] == '{' ? $"per_{per}" : $"{Word(unit[..slash])}_per_{per}";
    }

    private static string Singular(string word) => word.EndsWith('s') ? word[..^1] : word;

    private static string Word(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        _ => Sanitize(unit, colons: false),
    };
}
