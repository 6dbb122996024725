using System.Text.RegularExpressions;

namespace StreamForge.Tests.Helm.Metrics;

/// <summary>The metrics that an expression of PromQL names: what is left of its words without strings, labels, functions and operators.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> _operators =
        ["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "inf", "nan"];

    public static IReadOnlySet<string> MetricsOf(string expression)
    {
        var bare = Strings().Replace(expression, "");
        bare = Selectors().Replace(bare, " ");
        bare = Groupings().Replace(bare, " ");
        bare = Windows().Replace(bare, " ");
        return Words().Matches(bare)
            .Where(word => !_operators.Contains(word.Value.ToLowerInvariant()) && !IsCall(bare, word.Index + word.Length))
            .Select(word => word.Value)
            .ToHashSet();
    }

    private static bool IsCall(string text, int at) => text.AsSpan(at).TrimStart() is ['(', ..];

    [GeneratedRegex("\"(\\\\.|[^\"\\\\])*\"")]
    private static partial Regex Strings();

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Selectors();

    [GeneratedRegex("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)")]
    private static partial Regex Groupings();

    [GeneratedRegex("\\[[^\\]]*\\]")]
    private static partial Regex Windows();

    [GeneratedRegex("(?<![\\w.])[A-Za-z_:][\\w:]*")]
    private static partial Regex Words();
}
