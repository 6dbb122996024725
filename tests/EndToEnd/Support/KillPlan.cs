using StreamForge.Tests.KillHost;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>How one platform ends: where its aim says, or, without one, when the exchange has sent so many frames more.</summary>
internal sealed record PlannedKill(Aim? Aim, int Frames)
{
    public override string ToString() => Aim?.ToString() ?? $"{Frames} frames on";
}

/// <summary>Kills in the middle of everything that changes what a restart finds, and some anywhere, by seed.</summary>
internal static class KillPlan
{
    /// <summary>Kills of which one is of each sort.</summary>
    public static int OneOfEach => Aims.Length + 2;

    private const int MostFrames = 600;

    /// <summary>What is aimed at, and up to which occurrence of it: as many as a few seconds bring.</summary>
    private static readonly (KillPlace Place, KillOperation Operation, KillMoment Moment, bool InRebalance, int Most)[] Aims =
    [
        (KillPlace.State, KillOperation.Append, KillMoment.Half, false, 12),
        (KillPlace.State, KillOperation.Append, KillMoment.After, false, 12),
        (KillPlace.State, KillOperation.Rotate, KillMoment.After, false, 3),
        (KillPlace.State, KillOperation.Delete, KillMoment.Before, false, 2),
        (KillPlace.Partitions, KillOperation.Append, KillMoment.Half, false, 24),
        (KillPlace.Groups, KillOperation.Append, KillMoment.Half, false, 12),
        (KillPlace.Topics, KillOperation.Append, KillMoment.Half, false, 200),
        (KillPlace.Topics, KillOperation.Append, KillMoment.After, false, 200),
        (KillPlace.Topics, KillOperation.Rotate, KillMoment.Before, false, 6),
        (KillPlace.Topics, KillOperation.Rotate, KillMoment.After, false, 6),
        (KillPlace.State, KillOperation.Append, KillMoment.Half, true, 8),
        (KillPlace.Partitions, KillOperation.Append, KillMoment.Half, true, 8),
        (KillPlace.Groups, KillOperation.Append, KillMoment.Half, true, 8),
        (KillPlace.Partitions, KillOperation.HandOver, KillMoment.Before, true, 8),
    ];

    public static IReadOnlyList<PlannedKill> Of(int kills, Random random)
    {
        // Topics are created once, at the first start.
        var plan = new List<PlannedKill> { new(new Aim(KillPlace.Topics, KillOperation.Replace, KillMoment.Half, random.Next(1, 5)), 0) };
        while (plan.Count < kills)
        {
            var round = Aims.Select(aim => Aimed(aim, random)).Append(new PlannedKill(null, random.Next(MostFrames))).ToArray();
            random.Shuffle(round);
            plan.AddRange(round.Take(kills - plan.Count));
        }
        return plan;
    }

    private static PlannedKill Aimed(
        (KillPlace Place, KillOperation Operation, KillMoment Moment, bool InRebalance, int Most) aim, Random random) =>
        new(new Aim(aim.Place, aim.Operation, aim.Moment, random.Next(1, aim.Most + 1), aim.InRebalance), 0);
}
