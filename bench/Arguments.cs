using System.Globalization;

namespace StreamForge.Bench;

/// <summary>A verb's options: <c>--name value</c>, flags, and <c>--json</c>.</summary>
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
            else if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new FormatException($"Cannot make sense of {args[i]}.");
            else if (i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                _values[args[i]] = args[++i];
            else
                _values[args[i]] = "";
        }
    }

    /// <summary>JSON lines instead of a table.</summary>
    public bool Json { get; }

    public string? Text(string name) => _values.Remove(name, out var value) ? value : null;

    /// <exception cref="FormatException">It was given a value.</exception>
    public bool Flag(string name) => Text(name) switch
    {
        null => false,
        "" => true,
        var value => throw new FormatException($"{name} takes no value, not {value} either."),
    };

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
