using StreamForge.ClientApi.Problems;

namespace StreamForge.ClientApi.Requests;

/// <summary>The form of an instrument's name: <c>venue:SYMBOL</c>.</summary>
internal static class InstrumentId
{
    public const int MaxVenue = 32;
    public const int MaxSymbol = 64;

    /// <summary>The form as a regular expression, for the OpenAPI document.</summary>
    public const string Pattern = "^[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}$";

    /// <summary>The instrument in an address.</summary>
    public static PathParameter Parameter { get; } = new("id", "The instrument, venue:SYMBOL.", Pattern);

    /// <summary>A venue of 1 to 32 of <c>a-z 0-9 -</c>, a colon, a symbol of 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        return colon >= 0 && IsVenue(text[..colon]) && IsSymbol(text[(colon + 1)..]);
    }

    public static bool IsVenue(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                return false;
        return text.Length is >= 1 and <= MaxVenue;
    }

    private static bool IsSymbol(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
                return false;
        return text.Length is >= 1 and <= MaxSymbol;
    }

    public static ApiProblem Invalid() =>
        ApiProblem.InvalidParameter("id", "An instrument is venue:SYMBOL, as in binance:BTCUSDT.");
}
