using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Market;

/// <summary>How instruments are kept. Ranges are checked at start.</summary>
public sealed record MarketOptions
{
    /// <summary>A watermark older than this makes an answer stale. 1 s to 1 h; 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Diffs held while their predecessors are missing. 1 to 1,000,000; 5,000.</summary>
    [Range(1, 1_000_000)]
    public int HeldEvents { get; init; } = 5_000;

    /// <summary>Their weight in bytes. 1 KiB to 64 MiB; 4 MiB.</summary>
    [Range(1 << 10, 64 << 20)]
    public int HeldBytes { get; init; } = 4 << 20;

    /// <summary>
    /// How long, by record time, the diff that a digest announced may take before it counts as lost, and how long a source may be
    /// heard below what it said before until it is asked whether it was reset. 0 to 1 min; 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DigestGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Missing ranges of trade ids that are kept. 1 to 100,000; 1,024.</summary>
    [Range(1, 100_000)]
    public int TradeHoles { get; init; } = 1_024;

    /// <summary>A trade id so far below the first one seen still belongs to the stream. 0 to 1,000,000; 1,000.</summary>
    [Range(0, 1_000_000)]
    public int TradeStartSlack { get; init; } = 1_000;

    /// <summary>
    /// A trade id further ahead of the highest than this is a dead letter, until another one near it follows: then the ids between
    /// are given up as lost, and the trades are in gap for a day. 1,000 to 1,000,000,000; 1,000,000.
    /// </summary>
    [Range(1_000, 1_000_000_000)]
    public int TradeJump { get; init; } = 1_000_000;

    /// <summary>Trade ids that one repair asks for. 2 to 100,000; 1,000, what venues list in one answer.</summary>
    [Range(2, 100_000)]
    public int TradesPerRepair { get; init; } = 1_000;

    /// <summary>A trade so far ahead of its receipt breaks a rule. 1 s to 10,000 days; 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "10000.00:00:00")]
    public TimeSpan TradeAhead { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Trades kept for reading. 1 to 100,000; 500.</summary>
    [Range(1, 100_000)]
    public int TapeLength { get; init; } = 500;

    /// <summary>Minutes kept in the instrument's own state. 1,440 (the statistics need them) to 10,080; 1,440.</summary>
    [Range(1_440, 10_080)]
    public int RunningMinutes { get; init; } = 1_440;

    /// <summary>Minutes that leave together for the day's grain. 1 to 1,440; 30.</summary>
    [Range(1, 1_440)]
    public int LeavingMinutes { get; init; } = 30;

    /// <summary>Changes kept for readers of the stream; 64 while nobody has read for so many. 16 to 1,000,000; 4,096.</summary>
    [Range(16, 1_000_000)]
    public int UpdateBuffer { get; init; } = 4_096;

    /// <summary>How often an instrument with an open gap or with waiting readers looks around. 10 ms to 10 s; 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(250);

    [ValidateObjectMembers]
    public RepairPacing DepthRepair { get; init; } = new();

    [ValidateObjectMembers]
    public RepairPacing TradeRepair { get; init; } = new();
}
