using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>
/// The gate of a state stream without sequences: events apply in the order of the log, and a checksum of the state is the proof.
/// After a mismatch everything is dropped until a snapshot of a later epoch: nothing else can tell what was lost.
/// </summary>
public sealed class ChecksumGate
{
    private DateTimeOffset? _completeThrough;

    /// <summary>Whether a snapshot was ever taken.</summary>
    public bool Started { get; private set; }

    public long Epoch { get; private set; }

    /// <summary>
    /// Stands for the sequence that the stream does not have: changes applied since the first snapshot, counted here. The same
    /// records give the same count, so it is the same after a crash.
    /// </summary>
    public long Sequence { get; private set; }

    public Gap? Gap { get; private set; }

    /// <summary>Judges a change. After <see cref="GateVerdict.Apply"/> the caller says how the checksum came out.</summary>
    public GateVerdict Offer(DateTimeOffset now)
    {
        if (Started && Gap is null)
        {
            Sequence++;
            return GateVerdict.Apply;
        }

        Gap ??= new Gap(now, null, "no snapshot yet");
        return GateVerdict.Superseded;
    }

    /// <summary>A change was applied, and the checksum, where there was one, agreed.</summary>
    public void Applied(DateTimeOffset receivedAt) => _completeThrough = receivedAt;

    /// <summary>The checksum after a change differs: something was lost before.</summary>
    public void Mismatch(DateTimeOffset now) =>
        Gap ??= new Gap(now, _completeThrough, "the checksum differs: a change is missing");

    /// <summary>Judges a snapshot: every later epoch restarts the stream.</summary>
    public GateVerdict OfferSnapshot(long epoch, DateTimeOffset receivedAt)
    {
        if (Started && epoch <= Epoch)
            return epoch == Epoch ? GateVerdict.Duplicate : GateVerdict.Superseded;
        (Started, Epoch, Gap, _completeThrough) = (true, epoch, null, receivedAt);
        Sequence++;
        return GateVerdict.Apply;
    }

    public void Write(StateWriter writer)
    {
        writer.Bool(Started);
        writer.Signed(Epoch);
        writer.Optional(_completeThrough);
        writer.Bool(Gap is not null);
        Gap?.Write(writer);
    }

    public void Read(ref StateReader reader)
    {
        Started = reader.Bool();
        Epoch = reader.Signed();
        _completeThrough = reader.OptionalTime();
        Gap = reader.Bool() ? Gap.Read(ref reader) : null;
    }

    /// <summary>What came after the first form of the state: its fields are written behind all others.</summary>
    public void WriteLater(StateWriter writer) => writer.Signed(Sequence);

    /// <inheritdoc cref="WriteLater"/>
    public void ReadLater(ref StateReader reader) => Sequence = reader.Signed();
}
