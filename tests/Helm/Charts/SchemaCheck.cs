using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StreamForge.Tests.Helm.Charts;

/// <summary>
/// As much of JSON Schema (draft 7) as the chart's schema uses. A word that it does not know is an error, never passed over.
/// </summary>
internal sealed class SchemaCheck(JsonObject schema)
{
    private readonly List<string> _complaints = [];

    /// <summary>What is wrong with a value, each with its path.</summary>
    public IReadOnlyList<string> Of(JsonNode? value)
    {
        _complaints.Clear();
        Check(schema, value, "");
        return [.. _complaints];
    }

    private bool Holds(JsonNode rule, JsonNode? value)
    {
        var inner = new SchemaCheck(schema);
        inner.Check(rule.AsObject(), value, "");
        return inner._complaints.Count == 0;
    }

    private void Check(JsonObject rule, JsonNode? value, string path)
    {
        foreach (var (word, told) in rule)
            switch (word)
            {
                case "$schema" or "title" or "definitions":
                    break;
                case "$ref":
                    Check(schema["definitions"]![((string)told!)["#/definitions/".Length..]]!.AsObject(), value, path);
                    break;
                case "type":
                    Require(told is JsonArray types ? types.Any(type => IsOf((string)type!, value)) : IsOf((string)told!, value), path, $"is not of type {told}");
                    break;
                case "enum":
                    Require(told!.AsArray().Any(one => JsonNode.DeepEquals(one, value)), path, $"is none of {told.ToJsonString()}");
                    break;
                case "const":
                    Require(JsonNode.DeepEquals(told, value), path, $"is not {told}");
                    break;
                case "anyOf":
                    Require(told!.AsArray().Any(one => Holds(one!, value)), path, "fits none of the alternatives");
                    break;
                case "not":
                    Require(!Holds(told!, value), path, "is what it must not be");
                    break;
                default:
                    CheckForm(rule, word, told, value, path);
                    break;
            }
    }

    private void CheckForm(JsonObject rule, string word, JsonNode? told, JsonNode? value, string path)
    {
        switch (word)
        {
            case "pattern" or "minLength" or "maxLength":
                if (IsOf("string", value))
                    CheckText(word, told!, (string)value!, path);
                break;
            case "minimum" or "maximum":
                if (IsOf("number", value))
                    Require(word == "minimum" ? (double)value! >= (double)told! : (double)value! <= (double)told!, path, $"is beyond the {word}, {told}");
                break;
            case "minItems":
                if (value is JsonArray few)
                    Require(few.Count >= (int)told!, path, $"has fewer than {told} items");
                break;
            case "items":
                if (value is JsonArray list)
                    for (var i = 0; i < list.Count; i++)
                        Check(told!.AsObject(), list[i], $"{path}[{i}]");
                break;
            case "required" or "minProperties" or "properties" or "additionalProperties" or "propertyNames":
                if (value is JsonObject map)
                    CheckMembers(rule, word, told!, map, path);
                break;
            default:
                throw new NotSupportedException($"The check does not know '{word}'.");
        }
    }

    private void CheckText(string word, JsonNode told, string text, string path) => Require(
        word switch
        {
            "pattern" => Regex.IsMatch(text, (string)told!, RegexOptions.ECMAScript),
            "minLength" => text.Length >= (int)told,
            _ => text.Length <= (int)told,
        },
        path,
        $"'{text}' is against {word} {told}");

    private void CheckMembers(JsonObject rule, string word, JsonNode told, JsonObject map, string path)
    {
        if (word == "minProperties")
            Require(map.Count >= (int)told, path, $"has fewer than {told} members");
        else if (word == "required")
            foreach (var name in told.AsArray())
                Require(map.ContainsKey((string)name!), path, $"has no {name}");
        foreach (var (name, value) in map)
            switch (word)
            {
                case "properties" when told[name] is JsonObject member:
                    Check(member, value, $"{path}/{name}");
                    break;
                case "propertyNames":
                    Check(told.AsObject(), JsonValue.Create(name), $"{path}/{name}");
                    break;
                case "additionalProperties" when rule["properties"] is not JsonObject known || !known.ContainsKey(name):
                    if (told is JsonObject others)
                        Check(others, value, $"{path}/{name}");
                    else
                        Require((bool)told, $"{path}/{name}", "is no member");
                    break;
            }
    }

    private void Require(bool holds, string path, string complaint)
    {
        if (!holds)
            _complaints.Add($"{path} {complaint}");
    }

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value is JsonValue text && text.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "boolean" => value is JsonValue flag && flag.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "number" => value is JsonValue number && number.GetValueKind() == System.Text.Json.JsonValueKind.Number,
        "integer" => IsOf("number", value) && double.IsInteger((double)value!),
        _ => throw new NotSupportedException($"The check does not know the type '{type}'."),
    };
}
