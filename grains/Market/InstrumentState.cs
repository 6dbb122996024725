using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.Market.Book;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>All that is stored of an instrument.</summary>
public sealed class InstrumentState : EntityState
{
    public override int SchemaVersion => 4;

    /// <summary><c>venue:SYMBOL</c>.</summary>
    public string Instrument
    {
        get => Key;
        set => Key = value;
    }

    public OrderBook Book { get; } = new();

    public SequenceGate<HeldDiff> Sequence { get; } = new();

    public ChecksumGate Checksum { get; } = new();

    /// <summary>The venue's depth has no sequences: order and checksum are the proof.</summary>
    public bool Unsequenced { get; set; }

    public StreamFacts DepthFacts { get; } = new();

    /// <summary>The newest receipt of anything about depth, UTC: what a digest's grace is measured by.</summary>
    public DateTimeOffset? DepthSeenAt { get; set; }

    public IdRangeGate TradeIds { get; } = new();

    /// <summary>The venue's trades have no ids: what is missing cannot be told.</summary>
    public bool Unverifiable { get; set; }

    /// <summary>The record that proved last that nothing is missing of the depth before it.</summary>
    public LogPosition? DepthProof { get; set; }

    /// <summary>The same of the trades.</summary>
    public LogPosition? TradeProof { get; set; }

    public StreamFacts TradeFacts { get; } = new();

    public TradeTape Tape { get; } = new();

    public CandleWindow Candles { get; } = new();

    /// <summary>The log that <see cref="RevisionBase"/> is for.</summary>
    public Guid TradeLog { get; set; }

    /// <summary>Added to offsets to make revisions: those of a topic that was created anew go on above the old one's.</summary>
    public long RevisionBase { get; set; }

    public long HighestRevision { get; set; }

    /// <summary>Due is what the source has said and is not here: since the time after which nothing is vouched for.</summary>
    public override StateIndex Index => new(Venue, StatusWord(), BookSequence, VouchedThrough);

    /// <summary>The part of the name before the colon: the source that watermarks are from.</summary>
    public string Venue => Instrument.IndexOf(':') is > 0 and var colon ? Instrument[..colon] : Instrument;

    public Gap? DepthGap => Unsequenced ? Checksum.Gap : Sequence.Gap;

    /// <summary>The venue's sequence of the book; where it has none, the count of changes applied.</summary>
    public long BookSequence => Unsequenced ? Checksum.Sequence : Sequence.Sequence;

    public bool BookStarted => Unsequenced ? Checksum.Started : Sequence.Started;

    public override void Read(ReadOnlySpan<byte> input, int schemaVersion)
    {
        if (schemaVersion < 1 || schemaVersion > SchemaVersion)
            throw new InvalidDataException($"Schema {schemaVersion} of an instrument is not known here.");
        var reader = new StateReader(input);
        Instrument = reader.Text() ?? "";
        Version = reader.Signed();
        Feeds.Read(ref reader);
        Origins.Read(ref reader);
        Book.Read(ref reader);
        Sequence.Read(ref reader, (ref StateReader r) => HeldDiff.Read(ref r, Instrument));
        Checksum.Read(ref reader);
        Unsequenced = reader.Bool();
        DepthFacts.Read(ref reader);
        DepthSeenAt = reader.OptionalTime();
        TradeIds.Read(ref reader);
        Unverifiable = reader.Bool();
        TradeFacts.Read(ref reader);
        Tape.Read(ref reader, Instrument);
        Candles.Read(ref reader, Instrument);
        TradeLog = reader.Guid();
        RevisionBase = reader.Signed();
        HighestRevision = reader.Signed();
        if (schemaVersion >= 2)
        {
            Sequence.SetBack.Read(ref reader);
            Checksum.ReadLater(ref reader);
            TradeIds.ReadLater(ref reader);
            DepthProof = ReadProof(ref reader);
            TradeProof = ReadProof(ref reader);
        }

        if (schemaVersion >= 3)
        {
            Sequence.ReadLater(ref reader);
            TradeIds.SetBack.ReadLater(ref reader);
        }

        if (schemaVersion >= 4)
        {
            DepthFacts.ReadLater(ref reader);
            TradeFacts.ReadLater(ref reader);
        }

        reader.End();
    }

    protected override void WriteAll(StateWriter writer)
    {
        writer.Text(Instrument);
        writer.Signed(Version);
        Feeds.Write(writer);
        Origins.Write(writer);
        Book.Write(writer);
        Sequence.Write(writer, HeldDiff.Write);
        Checksum.Write(writer);
        writer.Bool(Unsequenced);
        DepthFacts.Write(writer);
        writer.Optional(DepthSeenAt);
        TradeIds.Write(writer);
        writer.Bool(Unverifiable);
        TradeFacts.Write(writer);
        Tape.Write(writer);
        Candles.Write(writer);
        writer.Guid(TradeLog);
        writer.Signed(RevisionBase);
        writer.Signed(HighestRevision);
        Sequence.SetBack.Write(writer);
        Checksum.WriteLater(writer);
        TradeIds.WriteLater(writer);
        WriteProof(writer, DepthProof);
        WriteProof(writer, TradeProof);
        Sequence.WriteLater(writer);
        TradeIds.SetBack.WriteLater(writer);
        DepthFacts.WriteLater(writer);
        TradeFacts.WriteLater(writer);
    }

    private static void WriteProof(StateWriter writer, LogPosition? proof)
    {
        writer.Bool(proof.HasValue);
        if (proof is not { } position)
            return;
        writer.Guid(position.LogId);
        writer.Count(position.Partition);
        writer.Signed(position.Offset);
    }

    private static LogPosition? ReadProof(ref StateReader reader) =>
        reader.Bool() ? new LogPosition(reader.Guid(), reader.Number(), reader.Signed()) : null;

    /// <summary>The word of a status in the indexed column.</summary>
    public static string WordOf(FreshnessStatus status) => status switch
    {
        FreshnessStatus.Live => "live",
        FreshnessStatus.Gap => "gap",
        FreshnessStatus.Repairing => "repairing",
        FreshnessStatus.Cold => "cold",
        FreshnessStatus.Stale => "stale",
        FreshnessStatus.Stalled => "stalled",
        FreshnessStatus.SourceDown => "source-down",
        FreshnessStatus.Parked => "parked",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>The status of a word in the indexed column; cold where it is none.</summary>
    public static FreshnessStatus StatusOf(string? word)
    {
        foreach (var status in Enum.GetValues<FreshnessStatus>())
            if (WordOf(status) == word)
                return status;
        return FreshnessStatus.Cold;
    }

    private DateTimeOffset? VouchedThrough =>
        Sequence.VouchedThrough is not { } depth || TradeIds.SetBack.VouchedThrough < depth ? TradeIds.SetBack.VouchedThrough ?? Sequence.VouchedThrough : depth;

    // Repairs are not stored, so neither is "repairing": an open gap is a gap.
    private string StatusWord() => WordOf(
        !BookStarted ? FreshnessStatus.Cold
        : DepthGap is not null || TradeIds.Gap is not null ? FreshnessStatus.Gap
        : FreshnessStatus.Live);
}
