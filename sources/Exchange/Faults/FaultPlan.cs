using System.ComponentModel.DataAnnotations;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>All that goes wrong, reproducible by its seed.</summary>
public sealed record FaultPlan
{
    public static readonly FaultPlan None = new();

    /// <summary>The same seed, recording and rules hit the same frames.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>None by default. For each frame the first rule that hits counts.</summary>
    public IReadOnlyList<FaultRule> Rules { get; init; } = [];

    /// <summary>
    /// So many frames at the end of a recording are spared, so that a loss shows by what follows it. 0 by default.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long SpareTail { get; init; }

    /// <summary>All that is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        ExchangeOptions.Check(this, "Faults: ", errors);
        errors.AddRange(Rules.SelectMany(rule => rule.Validate()));
        return errors;
    }
}
