using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace StreamForge.Standalone.Commands;

/// <summary>Reads the values of options, and says in words of our own what is wrong with one.</summary>
internal static class ArgumentValues
{
    /// <summary>A factor above 0, or infinity for <c>max</c>.</summary>
    internal static double ParseSpeed(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text == "max")
            return double.PositiveInfinity;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed > 0 && double.IsFinite(speed))
            return speed;
        result.AddError($"--speed is a factor above 0, or max, not '{text}'.");
        return 1;
    }

    /// <summary>A whole number, in words of our own where it is none.</summary>
    internal static int ParseWhole(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return value;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} is a whole number, not '{text}'.");
        return 0;
    }

    /// <summary>A time in minutes, parts of one too, above 0 and up to <paramref name="most"/>.</summary>
    internal static double ParseMinutes(ArgumentResult result, double most)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 && minutes <= most)
            return minutes;
        result.AddError(string.Create(
            CultureInfo.InvariantCulture, $"{(result.Parent as OptionResult)?.Option.Name} is a number of minutes above 0 and up to {most}, not '{text}'."));
        return 1;
    }

    internal static IPAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (IPAddress.TryParse(text, out var address))
            return address;
        result.AddError($"--address is an IP address, not '{text}'.");
        return null;
    }

    internal static void Range(OptionResult result, int low, int high)
    {
        foreach (var token in result.Tokens)
            if (int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && (value < low || value > high))
                result.AddError($"{result.Option.Name} is from {low} to {high}, not {value}.");
    }

    internal static void OneOf(OptionResult result, params string[] known)
    {
        foreach (var token in result.Tokens)
            if (!known.Contains(token.Value))
                result.AddError($"{result.Option.Name} is one of {string.Join(", ", known)}, not '{token.Value}'.");
    }

    internal static void IsNotEmpty(OptionResult result)
    {
        foreach (var token in result.Tokens)
            if (string.IsNullOrWhiteSpace(token.Value))
                result.AddError($"{result.Option.Name} wants a value.");
    }

    internal static IReadOnlyList<string> Split(string[]? symbols) =>
        [.. (symbols ?? []).SelectMany(s => s.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    internal static Uri? ParseEndpoint(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            return uri;
        result.AddError($"--endpoint is an http or https address, not '{text}'.");
        return null;
    }
}
