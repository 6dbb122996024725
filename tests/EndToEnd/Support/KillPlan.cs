using StreamForge.Tests.KillHost;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>How one platform ends: where its aim says, or, without one, when the exchange has sent so many frames more.</summary>
internal sealed record PlannedKill(Aim? Aim, int Frames)
{
    public override string ToString() => Aim?.ToString() ?? $"{Frames} frames on";
}

/// <summary>Kills in the middle of everything that changes what a restart finds, and some anywhere, by seed.</summary>
/// <param name="First">While topics are created, which happens once.</param>
/// <param name="Rest">In the order of their turn.</param>
internal sealed record KillPlan(PlannedKill First, IReadOnlyList<PlannedKill> Rest)
{
    private const int MostFrames = 400;

    /// <summary>Those that the platform creates.</summary>
    private const int Topics = 4;

    /// <summary>What is aimed at, and up to which occurrence of it: as many as a few seconds bring.</summary>
    private static readonly (KillPlace Place, KillOperation Operation, KillMoment Moment, bool InRebalance, int Most)[] Aims =
    [
        (KillPlace.State, KillOperation.Append, KillMoment.Half, false, 8),
        (KillPlace.State, KillOperation.Append, KillMoment.After, false, 8),
        (KillPlace.State, KillOperation.Rotate, KillMoment.After, false, 3),
        (KillPlace.State, KillOperation.Delete, KillMoment.Before, false, 2),
        (KillPlace.Partitions, KillOperation.Append, KillMoment.Half, false, 12),
        (KillPlace.Groups, KillOperation.Append, KillMoment.Half, false, 8),
        (KillPlace.Topics, KillOperation.Append, KillMoment.Half, false, 100),
        (KillPlace.Topics, KillOperation.Append, KillMoment.After, false, 100),
        (KillPlace.Topics, KillOperation.Rotate, KillMoment.Before, false, 4),
        (KillPlace.Topics, KillOperation.Rotate, KillMoment.After, false, 4),
        (KillPlace.State, KillOperation.Append, KillMoment.Half, true, 8),
        (KillPlace.Partitions, KillOperation.Append, KillMoment.Half, true, 8),
        (KillPlace.Groups, KillOperation.Append, KillMoment.Half, true, 8),
        (KillPlace.Partitions, KillOperation.HandOver, KillMoment.Before, true, 8),
    ];

    /// <summary>Kills of which one is of each sort.</summary>
    public static int OneOfEach => Aims.Length + 2;

    public static KillPlan Of(int kills, Random random)
    {
        var creation = new Aim(KillPlace.Topics, KillOperation.Replace, KillMoment.Half, random.Next(1, Topics + 1));
        var rest = new List<PlannedKill>();
        while (rest.Count < kills - 1)
        {
            var round = Aims.Select(aim => Aimed(aim, random)).Append(new PlannedKill(null, random.Next(MostFrames))).ToArray();
            random.Shuffle(round);
            rest.AddRange(round.Take(kills - 1 - rest.Count));
        }
        return new KillPlan(new PlannedKill(creation, 0), rest);
    }

    private static PlannedKill Aimed(
        (KillPlace Place, KillOperation Operation, KillMoment Moment, bool InRebalance, int Most) aim, Random random) =>
        new(new Aim(aim.Place, aim.Operation, aim.Moment, random.Next(1, aim.Most + 1), aim.InRebalance), 0);
}
