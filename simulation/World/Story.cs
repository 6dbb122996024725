using System.Globalization;

namespace StreamForge.Simulation.World;

/// <summary>What happened, for people: told only when a run is explained, since most runs are not.</summary>
internal sealed class Story(Func<TimeSpan> elapsed, bool isTold)
{
    private readonly List<string> _lines = [];

    public bool IsTold => isTold;

    public IReadOnlyList<string> Lines => _lines;

    public void Tell(string what)
    {
        if (isTold)
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{elapsed().TotalSeconds,9:F4} {what}"));
    }
}
