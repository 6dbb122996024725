using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Market;

/// <summary>How instruments are kept. All ranges are checked at start by <see cref="Errors"/>.</summary>
public sealed record MarketOptions
{
    /// <summary>A watermark older than this makes an answer stale. 1 s to 1 h; 5 s.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Diffs held while their predecessors are missing. 1 to 1,000,000; 5,000.</summary>
    public int HeldEvents { get; init; } = 5_000;

    /// <summary>Their weight in bytes. 1 KiB to 64 MiB; 4 MiB.</summary>
    public int HeldBytes { get; init; } = 4 << 20;

    /// <summary>How long, by record time, the diff that a digest announced may take before it counts as lost. 0 to 1 min; 2 s.</summary>
    public TimeSpan DigestGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Missing ranges of trade ids that are kept. 1 to 100,000; 1,024.</summary>
    public int TradeHoles { get; init; } = 1_024;

    /// <summary>A trade id so far below the first one seen still belongs to the stream. 0 to 1,000,000; 1,000.</summary>
    public int TradeStartSlack { get; init; } = 1_000;

    /// <summary>Trade ids that one repair asks for. 1 to 100,000; 1,000, what venues list in one answer.</summary>
    public int TradesPerRepair { get; init; } = 1_000;

    /// <summary>A trade so far ahead of its receipt breaks a rule. 1 s to 10,000 days; 1 day.</summary>
    public TimeSpan TradeAhead { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Trades kept for reading. 1 to 100,000; 500.</summary>
    public int TapeLength { get; init; } = 500;

    /// <summary>Minutes kept in the instrument's own state. 1,440 (the statistics need them) to 10,080; 1,440.</summary>
    public int RunningMinutes { get; init; } = 1_440;

    /// <summary>Minutes that leave together for the day's grain. 1 to 1,440; 30.</summary>
    public int LeavingMinutes { get; init; } = 30;

    /// <summary>Changes kept for readers of the stream. 16 to 1,000,000; 4,096.</summary>
    public int UpdateBuffer { get; init; } = 4_096;

    /// <summary>How often an instrument with an open gap or with waiting readers looks around. 10 ms to 10 s; 250 ms.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(250);

    public RepairPacing DepthRepair { get; init; } = new();

    public RepairPacing TradeRepair { get; init; } = new();

    /// <summary>All that is out of range, one sentence each; none where all is well.</summary>
    public IReadOnlyList<string> Errors()
    {
        List<string> errors = [];
        Check(nameof(StaleAfter), StaleAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Check(nameof(HeldEvents), HeldEvents, 1, 1_000_000);
        Check(nameof(HeldBytes), HeldBytes, 1 << 10, 64 << 20);
        Check(nameof(DigestGrace), DigestGrace, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Check(nameof(TradeHoles), TradeHoles, 1, 100_000);
        Check(nameof(TradeStartSlack), TradeStartSlack, 0, 1_000_000);
        Check(nameof(TradesPerRepair), TradesPerRepair, 1, 100_000);
        Check(nameof(TradeAhead), TradeAhead, TimeSpan.FromSeconds(1), TimeSpan.FromDays(10_000));
        Check(nameof(TapeLength), TapeLength, 1, 100_000);
        Check(nameof(RunningMinutes), RunningMinutes, 1_440, 10_080);
        Check(nameof(LeavingMinutes), LeavingMinutes, 1, 1_440);
        Check(nameof(UpdateBuffer), UpdateBuffer, 16, 1_000_000);
        Check(nameof(Tick), Tick, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        errors.AddRange(DepthRepair.Errors(nameof(DepthRepair)));
        errors.AddRange(TradeRepair.Errors(nameof(TradeRepair)));
        return errors;

        void Check<T>(string name, T value, T low, T high)
            where T : IComparable<T>
        {
            if (value.CompareTo(low) < 0 || value.CompareTo(high) > 0)
                errors.Add($"{name} is {value}: it must be from {low} to {high}.");
        }
    }
}
