using System.Buffers.Text;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Rendering;

/// <summary>How values look in JSON and headers.</summary>
internal static class JsonText
{
    public static readonly JsonWriterOptions Options = new()
    {
        // Answers are application/json and never stand inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly string[] SmallNumbers =
        [.. Enumerable.Range(0, 256).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The number in digits; small ones without an allocation.</summary>
    public static string Number(long value) =>
        (ulong)value < (ulong)SmallNumbers.Length ? SmallNumbers[value] : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whole seconds, rounded down, never negative: the form of Age and Retry-After.</summary>
    public static string Seconds(TimeSpan time) => Number(Math.Max(0, (long)time.TotalSeconds));

    /// <summary>The word for a status in bodies, headers and filters.</summary>
    public static string Word(FreshnessStatus status) => status switch
    {
        FreshnessStatus.Live => "live",
        FreshnessStatus.Stale => "stale",
        FreshnessStatus.Stalled => "stalled",
        FreshnessStatus.SourceDown => "source-down",
        FreshnessStatus.Repairing => "repairing",
        FreshnessStatus.Gap => "gap",
        FreshnessStatus.Parked => "parked",
        _ => "cold",
    };

    /// <summary>The word for an interval of candles, as in the query.</summary>
    public static string Word(CandleInterval interval) => interval switch
    {
        CandleInterval.OneMinute => "1m",
        CandleInterval.FiveMinutes => "5m",
        CandleInterval.OneHour => "1h",
        CandleInterval.OneDay => "1d",
        _ => throw new ArgumentOutOfRangeException(nameof(interval), interval, null),
    };

    /// <summary>
    /// Decimals are JSON strings: a number would be read as binary floating point by most callers, and would lose its scale.
    /// </summary>
    public static void WriteDecimal(this Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal value)
    {
        Span<byte> text = stackalloc byte[32];
        Utf8Formatter.TryFormat(value, text, out var length);
        json.WriteString(name, text[..length]);
    }

    /// <summary>Times are RFC 3339 in UTC, to 100 ns, with <c>Z</c>.</summary>
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset value) =>
        json.WriteString(name, value.UtcDateTime);

    /// <inheritdoc cref="WriteTime(Utf8JsonWriter, ReadOnlySpan{byte}, DateTimeOffset)"/>
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is { } time)
            json.WriteTime(name, time);
        else
            json.WriteNull(name);
    }
}
