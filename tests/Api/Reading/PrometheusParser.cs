using System.Globalization;

namespace StreamForge.Tests.Api.Reading;

/// <summary>A sample of the Prometheus text format.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A family: its samples stand together under its type.</summary>
internal sealed record Family(string Name, string Type, string? Help, List<Sample> Samples);

/// <summary>A strict reader of the Prometheus text format 0.0.4: what is not in the grammar fails the test.</summary>
internal static class PrometheusParser
{
    public static Dictionary<string, Family> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var families = new Dictionary<string, Family>(StringComparer.Ordinal);
        var series = new HashSet<string>(StringComparer.Ordinal);
        Family? current = null;
        (string Name, string Text)? help = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ', 4);
                help = (parts[2], Unescape(parts[3], quotes: false));
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                Assert.Equal(4, parts.Length);
                Assert.Contains(parts[3], (string[])["counter", "gauge", "histogram"]);
                Assert.True(help is null || help.Value.Name == parts[2], $"HELP before another TYPE: {line}");
                current = new Family(parts[2], parts[3], help?.Text, []);
                Assert.True(families.TryAdd(current.Name, current), $"Two families {current.Name}");
                help = null;
            }
            else
            {
                Assert.NotNull(current);
                var sample = ParseSample(line);
                Assert.True(BelongsTo(sample, current), $"{sample.Name} stands under {current.Name}");
                Assert.True(
                    series.Add(sample.Name + string.Join(',', sample.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))),
                    $"Twice: {line}");
                current.Samples.Add(sample);
            }
        }
        return families;
    }

    private static bool BelongsTo(Sample sample, Family family) => family.Type != "histogram"
        ? sample.Name == family.Name
        : sample.Name == family.Name + "_bucket" && sample.Labels.ContainsKey("le")
            || (sample.Name == family.Name + "_sum" || sample.Name == family.Name + "_count") && !sample.Labels.ContainsKey("le");

    private static Sample ParseSample(string line)
    {
        var at = 0;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or ':'))
            at++;
        Assert.True(at > 0 && !char.IsAsciiDigit(line[0]), $"No name: {line}");
        var name = line[..at];
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (line[at] == '{')
        {
            do
            {
                var equals = line.IndexOf('=', at);
                var label = line[(at + 1)..equals];
                Assert.True(label.Length > 0 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(label[0]), line);
                Assert.Equal('"', line[equals + 1]);
                var end = equals + 2;
                while (line[end] != '"')
                    end += line[end] == '\\' ? 2 : 1;
                Assert.True(labels.TryAdd(label, Unescape(line[(equals + 2)..end], quotes: true)), $"A label twice: {line}");
                at = end + 1;
            }
            while (line[at] == ',');
            Assert.Equal('}', line[at++]);
        }
        Assert.Equal(' ', line[at++]);
        var value = line[at..];
        var number = value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return new Sample(name, labels, number);
    }

    private static string Unescape(string text, bool quotes)
    {
        var output = new System.Text.StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\')
            {
                output.Append(text[at]);
                continue;
            }
            at++;
            Assert.Contains(text[at], quotes ? "\\n\"" : "\\n");
            output.Append(text[at] == 'n' ? '\n' : text[at]);
        }
        return output.ToString();
    }
}
