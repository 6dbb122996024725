using System.Globalization;

namespace StreamForge.Bench;

/// <summary>A verb's options: <c>--name value</c>, and <c>--json</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">Something is not of that form.</exception>
    public Arguments(ReadOnlySpan<string> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json")
                Json = true;
            else if (args[i].StartsWith("--", StringComparison.Ordinal) && i + 1 < args.Length)
                _values[args[i]] = args[++i];
            else
                throw new FormatException($"Cannot make sense of {args[i]}.");
        }
    }

    /// <summary>JSON lines instead of a table.</summary>
    public bool Json { get; }

    public string? Text(string name) => _values.Remove(name, out var value) ? value : null;

    public double Number(string name, double otherwise) => Text(name) is not { } text
        ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{name} takes a number above 0, not {text}.");

    /// <exception cref="FormatException">An option was given that nobody asked for.</exception>
    public void NothingElse()
    {
        foreach (var name in _values.Keys)
            throw new FormatException($"Unknown option {name}.");
    }
}
