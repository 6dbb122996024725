using System.Reflection;

namespace StreamForge.Tests.Planted;

/// <summary>A bug that was compiled into a build of the product, and does nothing before it is made active.</summary>
/// <param name="Laws">Those that may find it first.</param>
/// <param name="What">In a sentence.</param>
/// <param name="From">The first seed that is tried: what needs a rare mishap begins where there is one.</param>
internal sealed record Plant(string Name, string What, IReadOnlyList<string> Laws, int From)
{
    /// <summary>It is found by one of so many seeds.</summary>
    public const int Within = 30;

    // The same place by name in every assembly: what is planted needs no type of its own. A simulated world has one thread.
    private static readonly LocalDataStoreSlot Active = Thread.GetNamedDataSlot("planted");

    public static IReadOnlyList<Plant> All { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Runs something with this bug active on this thread.</summary>
    public T While<T>(Func<T> run)
    {
        Thread.SetData(Active, Name);
        try
        {
            return run();
        }
        finally
        {
            Thread.SetData(Active, null);
        }
    }

    private static Plant Read(string name)
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        var lines = text.ReadToEnd().Split('\n');
        string? Field(string field) => lines.FirstOrDefault(line => line.StartsWith(field + ": ", StringComparison.Ordinal))?[(field.Length + 2)..].Trim();
        return new Plant(
            name,
            string.Join(' ', lines.Where(line => line.StartsWith("# ", StringComparison.Ordinal)).Select(line => line[2..].Trim())),
            Field("law")?.Split(" | ") ?? throw new InvalidDataException($"{name} names no law."),
            Field("from") is { } from ? int.Parse(from, System.Globalization.CultureInfo.InvariantCulture) : 1);
    }
}
