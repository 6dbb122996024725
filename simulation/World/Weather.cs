namespace StreamForge.Simulation.World;

/// <summary>What of the world is bad now: each trouble has a strength, and of several of one kind the worst counts.</summary>
internal sealed class Weather(Random random)
{
    private readonly List<(string Kind, double Strength)> _now = [];

    /// <summary>A trouble begins; it ends when the result is disposed, or with all others.</summary>
    public IDisposable Begin(string kind, double strength)
    {
        var trouble = (kind, strength);
        _now.Add(trouble);
        return new End(this, trouble);
    }

    /// <summary>All troubles are over.</summary>
    public void Clear() => _now.Clear();

    /// <summary>How bad it is; 0 where it is not.</summary>
    public double Of(string kind)
    {
        var worst = 0.0;
        foreach (var (name, strength) in _now)
            if (name == kind && strength > worst)
                worst = strength;
        return worst;
    }

    /// <summary>Whether it strikes now, with its strength as the odds.</summary>
    public bool Strikes(string kind) => _now.Count > 0 && Of(kind) is > 0 and var odds && random.NextDouble() < odds;

    private sealed class End(Weather weather, (string, double) trouble) : IDisposable
    {
        public void Dispose() => weather._now.Remove(trouble);
    }
}

/// <summary>The kinds of trouble, and what their strength means.</summary>
internal static class Trouble
{
    /// <summary>Odds that a call between grains never comes.</summary>
    public const string CallLost = "call-lost";

    /// <summary>Odds that the answer of such a call never comes.</summary>
    public const string AnswerLost = "answer-lost";

    /// <summary>Odds that such a call comes late, and after later ones.</summary>
    public const string CallLate = "call-late";

    /// <summary>Odds that a request to storage fails before it does anything.</summary>
    public const string StoreFails = "store-fails";

    /// <summary>Odds that the answer of storage is lost: whether it was done is unknown.</summary>
    public const string StoreAmbiguous = "store-ambiguous";

    /// <summary>Odds that storage takes its time.</summary>
    public const string StoreSlow = "store-slow";

    /// <summary>Odds that a write of the log's disk fails.</summary>
    public const string LogDiskFails = "log-disk-fails";

    /// <summary>Odds that a write of the storage's disk fails.</summary>
    public const string StoreDiskFails = "store-disk-fails";

    /// <summary>Odds that a disk takes its time.</summary>
    public const string DiskSlow = "disk-slow";

    /// <summary>Odds that the source never sends a message.</summary>
    public const string FrameLost = "frame-lost";

    /// <summary>Odds that the source sends a message twice.</summary>
    public const string FrameTwice = "frame-twice";

    /// <summary>Odds that the source sends a message after later ones.</summary>
    public const string FrameLate = "frame-late";

    /// <summary>Odds that a message comes damaged.</summary>
    public const string FrameDamaged = "frame-damaged";

    /// <summary>The link says nothing.</summary>
    public const string LinkSilent = "link-silent";

    /// <summary>Odds that a request to the source fails.</summary>
    public const string SourceFails = "source-fails";

    /// <summary>Odds that a request to the source takes long.</summary>
    public const string SourceSlow = "source-slow";

    /// <summary>Odds that the source answers by what it knew a while ago.</summary>
    public const string SourceOld = "source-old";

    /// <summary>Odds that the answer of the source is lost after it did the work.</summary>
    public const string SourceAnswerLost = "source-answer-lost";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        CallLost, AnswerLost, CallLate, StoreFails, StoreAmbiguous, StoreSlow, LogDiskFails,
        StoreDiskFails, DiskSlow, FrameLost, FrameTwice, FrameLate, FrameDamaged, LinkSilent,
        SourceFails, SourceSlow, SourceOld, SourceAnswerLost,
    ];
}
