using System.Globalization;

namespace StreamForge.Tests.KillHost;

/// <summary>Which files.</summary>
internal enum KillPlace
{
    /// <summary>Segments and descriptions of topics.</summary>
    Topics,

    /// <summary>Offsets that consumer groups committed.</summary>
    Groups,

    /// <summary>Grain state.</summary>
    State,

    /// <summary>Low-water marks and epochs of partitions.</summary>
    Partitions,
}

/// <summary>What is done to a file.</summary>
internal enum KillOperation
{
    /// <summary>Bytes are added to its end.</summary>
    Append,

    /// <summary>It is begun beside files that are there: a segment is full.</summary>
    Rotate,

    /// <summary>A small file is replaced as a whole.</summary>
    Replace,

    /// <summary>It is deleted.</summary>
    Delete,

    /// <summary>No file: partitions go from one member to another.</summary>
    HandOver,
}

/// <summary>When.</summary>
internal enum KillMoment
{
    /// <summary>Nothing of it is done.</summary>
    Before,

    /// <summary>Half of the bytes are written.</summary>
    Half,

    /// <summary>All of it is done, and nobody was told.</summary>
    After,
}

/// <summary>
/// Where a platform ends: as <c>state:append:half:3</c>, in the middle of the third append to grain state; as
/// <c>rebalance:groups:append:half:3</c>, in the middle of a group's commit in the rebalance that begins after the third append to
/// grain state.
/// </summary>
/// <param name="Nth">From 1.</param>
/// <param name="InRebalance">A second member joins, and only what happens while partitions change hands counts.</param>
internal sealed record Aim(KillPlace Place, KillOperation Operation, KillMoment Moment, int Nth, bool InRebalance = false)
{
    private const string Rebalance = "rebalance";

    /// <exception cref="FormatException">It is not of that form.</exception>
    public static Aim Parse(string text)
    {
        var parts = text.Split(':');
        var inRebalance = parts[0] == Rebalance;
        parts = inRebalance ? parts[1..] : parts;
        return parts.Length == 4
            && Enum.TryParse<KillPlace>(parts[0], ignoreCase: true, out var place)
            && Enum.TryParse<KillOperation>(parts[1], ignoreCase: true, out var operation)
            && Enum.TryParse<KillMoment>(parts[2], ignoreCase: true, out var moment)
            && int.TryParse(parts[3], CultureInfo.InvariantCulture, out var nth) && nth > 0
            ? new Aim(place, operation, moment, nth, inRebalance)
            : throw new FormatException($"'{text}' is no aim; one is state:append:half:3, or rebalance:groups:append:half:1.");
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(InRebalance ? Rebalance + ":" : "")}{Place}:{Operation}:{Moment}:{Nth}").ToLowerInvariant();
}
