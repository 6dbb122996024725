using System.Globalization;
using System.Text.Json;

namespace StreamForge.Bench;

/// <summary>Figures of one run: a name, and values by field name, in order.</summary>
public sealed record Figures(string Name, IReadOnlyList<(string Field, object Value)> Values);

/// <summary>Prints figures, as a table for people or as JSON lines for programs.</summary>
internal static class Report
{
    public static void Write(IReadOnlyList<Figures> all, bool json)
    {
        if (json)
            foreach (var figures in all)
                Console.WriteLine(Line(figures));
        else
            Table(all);
    }

    private static string Line(Figures figures)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = figures.Name };
        foreach (var (field, value) in figures.Values)
            values[field] = value is double number ? Math.Round(number, 3) : value;
        return JsonSerializer.Serialize(values);
    }

    private static void Table(IReadOnlyList<Figures> all)
    {
        foreach (var group in all.GroupBy(static f => string.Join('|', f.Values.Select(static v => v.Field)), StringComparer.Ordinal))
        {
            string[] header = ["name", .. group.First().Values.Select(static v => v.Field)];
            var rows = group.Select(static f => (string[])[f.Name, .. f.Values.Select(static v => Text(v.Value))]).ToList();
            var widths = header.Select((h, i) => Math.Max(h.Length, rows.Max(r => r[i].Length))).ToArray();
            Console.WriteLine(string.Join("  ", header.Select((h, i) => i == 0 ? h.PadRight(widths[i]) : h.PadLeft(widths[i]))));
            foreach (var row in rows)
                Console.WriteLine(string.Join("  ", row.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))));
        }
    }

    private static string Text(object value) => value switch
    {
        double number => number.ToString(number < 100 ? "0.00" : "#,0", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

/// <summary>One line on standard error that is written over, or plain lines where that is not a terminal.</summary>
internal sealed class ConsoleProgress : IProgress<string>
{
    private int _width;

    public void Report(string value)
    {
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(value);
            return;
        }

        Console.Error.Write("\r" + value.PadRight(_width));
        _width = value.Length;
    }

    public void Clear()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write("\r" + new string(' ', _width) + "\r");
    }
}
