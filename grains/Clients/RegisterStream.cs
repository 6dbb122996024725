using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>A change that waits for its predecessors, and the record that it stood in.</summary>
internal readonly record struct HeldChange(RegisterChange Change, RecordMark Mark);

/// <summary>One register of a client: a state stream, whose entries are whole and whose changes are counted from 1.</summary>
internal sealed class RegisterStream(Register register)
    : GuardedStream(RegisterWords.Of(register), ClientTopics.Of(register))
{
    // About what an entry takes in memory, and in a record.
    private const int EntryWeight = 256;

    private readonly SortedDictionary<string, RegisterEntry> _entries = new(StringComparer.Ordinal);
    private readonly SequenceGate<HeldChange> _gate = new();

    public Register Register { get; } = register;

    public IReadOnlyCollection<RegisterEntry> Entries => _entries.Values;

    public override bool Started => _gate.Started;

    public override long Sequence => _gate.Sequence;

    public override DateTimeOffset? VouchedThrough => _gate.VouchedThrough;

    public override Gap? GateGap => _gate.Gap;

    /// <summary>Whether the source must tell whether it was reset.</summary>
    public bool InDoubt => _gate.SetBack.Certain;

    public HeldLimits Limits
    {
        set => _gate.Limits = value;
    }

    public RegisterEntry? Find(string id) => _entries.GetValueOrDefault(id);

    public override void Prove(DateTimeOffset proven) => _gate.Proven = proven;

    public override void Check(DateTimeOffset evidence, TimeSpan grace, DateTimeOffset now) => _gate.CheckDigest(evidence, grace, now);

    /// <summary>Takes a change; what it made possible is applied too.</summary>
    public GateVerdict Take(RegisterChange change, in RecordMark mark, DateTimeOffset now)
    {
        Seen(change.ReceivedAt);
        // There is nothing before the first change: no snapshot need be asked for.
        if (!_gate.Started && change.Sequence == 1)
            _gate.OfferSnapshot(0, 0, change.ReceivedAt, now);
        var verdict = _gate.Offer(change.Sequence - 1, change.Sequence, new HeldChange(change, mark), EntryWeight, change.ReceivedAt, now);
        if (verdict != GateVerdict.Apply)
            return verdict;
        Apply(change, mark, now);
        if (_gate.Gap is not null)
            Release(now);
        return verdict;
    }

    /// <summary>Takes the source's word on the whole.</summary>
    /// <param name="at">Where it stands in the log.</param>
    public GateVerdict Take(RegisterSnapshot snapshot, in RecordMark mark, LogPosition at, DateTimeOffset now)
    {
        Seen(snapshot.ReceivedAt);
        var asked = mark.RepairId is { } id && id == ResetAsk;
        var verdict = _gate.OfferSnapshot(0, snapshot.Sequence, snapshot.ReceivedAt, now, asked);
        if (verdict == GateVerdict.Apply)
        {
            _entries.Clear();
            foreach (var entry in snapshot.Entries)
                _entries[entry.Id] = entry;
            Facts.Applied(snapshot.ReceivedAt, snapshot.EventTime, mark, now);
            Facts.RepairId = mark.RepairId;
            Release(now);
        }

        if (verdict is GateVerdict.Apply or GateVerdict.Duplicate)
        {
            Facts.Verified(snapshot.ReceivedAt);
            if (IsSinceLoss(snapshot.ReceivedAt))
                Proof = at;
        }

        return verdict;
    }

    /// <summary>Takes the source's word on how far it is.</summary>
    public GateVerdict Take(RegisterDigest digest, LogPosition at)
    {
        Seen(digest.ReceivedAt);
        var ahead = _gate.OfferDigest(digest.Sequence, digest.ReceivedAt);
        if (ahead == 0)
        {
            Facts.Verified(digest.ReceivedAt);
            Proof = at;
        }

        return ahead < 0 ? GateVerdict.Superseded : GateVerdict.Apply;
    }

    public void Write(StateWriter writer)
    {
        WriteGuard(writer);
        _gate.Write(writer, WriteHeld);
        _gate.SetBack.Write(writer);
        _gate.WriteLater(writer);
        writer.Count(_entries.Count);
        foreach (var entry in _entries.Values)
            RegisterEntryCodec.Write(writer, entry);
    }

    public void Read(ref StateReader reader, string client)
    {
        ReadGuard(ref reader);
        _gate.Read(ref reader, (ref StateReader r) => ReadHeld(ref r, client));
        _gate.SetBack.Read(ref reader);
        _gate.ReadLater(ref reader);
        _entries.Clear();
        for (var n = reader.Count(); n > 0; n--)
        {
            var entry = RegisterEntryCodec.Read(ref reader, Register);
            _entries[entry.Id] = entry;
        }
    }

    protected override RepairNeed? NeedOf(Gap gap) => new RepairNeed(RepairKind.Register, null, null, gap.OpenedAt);

    private void Release(DateTimeOffset now)
    {
        while (_gate.TryRelease(now, out var held))
            Apply(held.Change, held.Mark, now);
    }

    private void Apply(RegisterChange change, in RecordMark mark, DateTimeOffset now)
    {
        if (change.Removed)
            _entries.Remove(change.Entry.Id);
        else
            _entries[change.Entry.Id] = change.Entry;
        Facts.Applied(change.ReceivedAt, change.EventTime, mark, now);
        // It continues the sequence: nothing is missing before it.
        if (mark.Position is { } position)
            Proof = position;
    }

    private static void WriteHeld(StateWriter writer, HeldChange held)
    {
        writer.Time(held.Change.EventTime);
        writer.Time(held.Change.ReceivedAt);
        writer.Signed(held.Change.Sequence);
        writer.Bool(held.Change.Removed);
        RegisterEntryCodec.Write(writer, held.Change.Entry);
        held.Mark.WriteWhole(writer);
    }

    private HeldChange ReadHeld(ref StateReader reader, string client)
    {
        var change = new RegisterChange
        {
            Client = client,
            Register = Register,
            EventTime = reader.Time(),
            ReceivedAt = reader.Time(),
            Sequence = reader.Signed(),
            Removed = reader.Bool(),
            Entry = RegisterEntryCodec.Read(ref reader, Register),
        };
        return new HeldChange(change, RecordMark.ReadWhole(ref reader));
    }
}
