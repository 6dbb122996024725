using System.Globalization;
using System.Xml;
using StreamForge.ClientApi.Problems;

namespace StreamForge.ClientApi.Requests;

/// <summary>
/// A query parameter, said once: requests are checked by it and the OpenAPI document is written from it.
/// </summary>
/// <param name="Name">The name in the query, case-sensitive.</param>
/// <param name="Description">One sentence for the reader of the OpenAPI document.</param>
internal abstract record ApiParameter(string Name, string Description)
{
    /// <summary>A value that was given but cannot be taken.</summary>
    protected ApiProblem Invalid(string wanted) => ApiProblem.InvalidParameter(Name, $"'{Name}' must be {wanted}.");
}

/// <summary>A parameter with values of type <typeparamref name="T"/>.</summary>
internal abstract record ApiParameter<T>(string Name, string Description) : ApiParameter(Name, Description)
    where T : struct
{
    /// <summary>What the value must be, to go on after "must be".</summary>
    public abstract string Wanted { get; }

    /// <summary>Reads the value; none where the parameter is absent.</summary>
    /// <returns>False, with the problem, where it is there but wrong.</returns>
    public bool TryRead(in QueryValues query, out T? value, out ApiProblem? problem)
    {
        (value, problem) = (null, null);
        if (query.Find(Name) is not { } text)
            return true;
        if (TryParse(text, out var parsed))
        {
            value = parsed;
            return true;
        }
        problem = Invalid(Wanted);
        return false;
    }

    protected abstract bool TryParse(string text, out T value);
}

/// <summary>A whole number in a range.</summary>
internal sealed record NumberParameter(string Name, long Min, long Max, long? Default, string Description)
    : ApiParameter<long>(Name, Description)
{
    public override string Wanted =>
        Max == long.MaxValue ? $"a whole number from {Min} up" : $"a whole number from {Min} to {Max}";

    protected override bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= Min && value <= Max;
}

/// <summary>One of some words, each standing for a value.</summary>
internal sealed record WordParameter<T>(string Name, IReadOnlyDictionary<string, T> Words, string? Default, string Description)
    : ApiParameter<T>(Name, Description), IWords
    where T : struct
{
    public override string Wanted => "one of " + string.Join(", ", Words.Keys);

    IEnumerable<string> IWords.All => Words.Keys;

    protected override bool TryParse(string text, out T value) => Words.TryGetValue(text, out value);
}

/// <summary>The words of a parameter, whatever they stand for.</summary>
internal interface IWords
{
    IEnumerable<string> All { get; }

    string? Default { get; }
}

/// <summary>A moment: RFC 3339 with an offset or <c>Z</c>, or Unix time in milliseconds.</summary>
internal sealed record TimeParameter(string Name, string Description) : ApiParameter<DateTimeOffset>(Name, Description)
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>31 December 9999, in Unix milliseconds.</summary>
    private const long MaxUnixMilliseconds = 253_402_214_400_000;

    public override string Wanted => "a time like 2025-01-31T12:00:00Z, or Unix milliseconds";

    protected override bool TryParse(string text, out DateTimeOffset value)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            value = default;
            if (milliseconds > MaxUnixMilliseconds)
                return false;
            value = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            return true;
        }
        // Without an offset the time would be anybody's.
        if (DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            && time.Kind == DateTimeKind.Utc && time >= DateTime.UnixEpoch)
        {
            value = new DateTimeOffset(time);
            return value.ToUnixTimeMilliseconds() <= MaxUnixMilliseconds;
        }
        value = default;
        return false;
    }
}

/// <summary>A time span: milliseconds, or ISO 8601 like <c>PT1.5S</c>.</summary>
internal sealed record DurationParameter(string Name, TimeSpan Max, string Description) : ApiParameter<TimeSpan>(Name, Description)
{
    public override string Wanted => $"milliseconds, or a duration like PT1.5S, from 0 to {Max.TotalMilliseconds} ms";

    protected override bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            if (milliseconds > Max.TotalMilliseconds)
                return false;
            value = TimeSpan.FromMilliseconds(milliseconds);
            return true;
        }
        if (!text.StartsWith('P') || text.Length > 32)
            return false;
        try
        {
            value = XmlConvert.ToTimeSpan(text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return false;
        }
        return value >= TimeSpan.Zero && value <= Max;
    }
}

/// <summary>A text that only the service behind can judge.</summary>
internal sealed record TextParameter(string Name, int MaxLength, string Description) : ApiParameter(Name, Description)
{
    public bool TryRead(in QueryValues query, out string? value, out ApiProblem? problem)
    {
        value = query.Find(Name);
        problem = value is { Length: 0 } || value?.Length > MaxLength ? Invalid($"1 to {MaxLength} characters long") : null;
        return problem is null;
    }
}
