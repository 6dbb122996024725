using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Clients;

/// <summary>How clients of the bank are kept. Ranges are checked at start.</summary>
public sealed record ClientOptions
{
    /// <summary>A watermark older than this makes an answer stale. 1 s to 1 h; 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Changes of one register that are held while their predecessors are missing. 1 to 100,000; 1,000.</summary>
    [Range(1, 100_000)]
    public int HeldChanges { get; init; } = 1_000;

    /// <summary>Their weight in bytes. 1 KiB to 16 MiB; 1 MiB.</summary>
    [Range(1 << 10, 16 << 20)]
    public int HeldBytes { get; init; } = 1 << 20;

    /// <summary>
    /// How long, by record time, what a source has announced may take before it counts as lost, and how long a source may be heard
    /// below what it said before until it is asked whether it was reset. 0 to 10 min; 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DigestGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Missing ranges of an account's postings that are kept. 1 to 100,000; 1,024.</summary>
    [Range(1, 100_000)]
    public int PostingHoles { get; init; } = 1_024;

    /// <summary>
    /// A posting whose number is further ahead than this is a dead letter, until another one near it follows. 1,000 to 1,000,000,000;
    /// 1,000,000.
    /// </summary>
    [Range(1_000, 1_000_000_000)]
    public int PostingJump { get; init; } = 1_000_000;

    /// <summary>Postings that one repair asks for. 2 to 100,000; 1,000.</summary>
    [Range(2, 100_000)]
    public int PostingsPerRepair { get; init; } = 1_000;

    /// <summary>Postings that have not yet gone to the grains of their months, above which nothing more is taken in before they have. 100 to 1,000,000; 20,000.</summary>
    [Range(100, 1_000_000)]
    public int PendingPostings { get; init; } = 20_000;

    /// <summary>How often a client with an open gap or with waiting readers looks around. 10 ms to 10 s; 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(250);

    [ValidateObjectMembers]
    public RepairPacing RegisterRepair { get; init; } = new();

    [ValidateObjectMembers]
    public RepairPacing PostingRepair { get; init; } = new();
}
