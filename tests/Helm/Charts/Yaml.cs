using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace StreamForge.Tests.Helm.Charts;

/// <summary>YAML as JSON, as Kubernetes reads it.</summary>
internal static partial class Yaml
{
    /// <summary>The documents of a text that are not empty.</summary>
    /// <exception cref="FormatException">A plain word that one reader takes for a boolean and another for text.</exception>
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        // By way of text: a number that was parsed can be asked for as any type that it fits, one that was made only as the one it was made of.
        return [.. stream.Documents.Select(document => Of(document.RootNode)).OfType<JsonNode>().Select(node => JsonNode.Parse(node.ToJsonString())!)];
    }

    public static JsonNode One(string text) => Assert.Single(Read(text));

    private static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMappingNode map => OfMap(map),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Of)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var plain } => OfPlain(plain ?? ""),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value ?? ""),
        _ => throw new FormatException($"{node.NodeType} is not expected."),
    };

    /// <summary>With what <c>&lt;&lt;</c> brings in, over which goes what the map says itself.</summary>
    private static JsonObject OfMap(YamlMappingNode map)
    {
        var merged = new JsonObject();
        foreach (var (key, value) in map.Children)
            if (((YamlScalarNode)key).Value == "<<")
                foreach (var source in value is YamlSequenceNode several ? several.Children.Reverse() : [value])
                    foreach (var (name, brought) in OfMap((YamlMappingNode)source).ToArray())
                        merged[name] = brought?.DeepClone();
        foreach (var (key, value) in map.Children)
            if (((YamlScalarNode)key).Value is { } name && name != "<<")
                merged[name] = Of(value);
        return merged;
    }

    private static JsonValue? OfPlain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when Ambiguous().IsMatch(text) => throw new FormatException($"'{text}' wants quotes: some take it for a boolean."),
        _ when Whole().IsMatch(text) => JsonValue.Create(long.Parse(text, CultureInfo.InvariantCulture)),
        _ when Number().IsMatch(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex("^-?(0|[1-9][0-9]*)$")]
    private static partial Regex Whole();

    [GeneratedRegex("^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();

    [GeneratedRegex("^(y|yes|n|no|on|off)$", RegexOptions.IgnoreCase)]
    private static partial Regex Ambiguous();
}
