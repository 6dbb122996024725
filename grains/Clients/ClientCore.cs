using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Clients;

/// <summary>
/// The rules of a client, without I/O: registers and postings, each stream behind a gate of its own. A gap of one neither holds up nor
/// stands in for another.
/// </summary>
public sealed partial class ClientCore : EntityCore
{
    private readonly ClientState _state;
    private readonly ClientOptions _options;
    private readonly IIdSource _ids;
    // All postings that were published up to here have been taken in, UTC.
    private DateTimeOffset _provenPostings = DateTimeOffset.MinValue;

    /// <param name="version">Where versions go on: above all that were ever shown.</param>
    public ClientCore(ClientState state, ClientOptions options, IIdSource ids, long version) : base(state)
    {
        (_state, _options, _ids) = (state, options, ids);
        state.Version = version;
        foreach (var register in state.Registers)
        {
            register.Limits = new HeldLimits(options.HeldChanges, options.HeldBytes);
            register.Repair.Pacing = options.RegisterRepair;
        }

        foreach (var postings in state.Postings)
            Equip(postings);
        foreach (var stream in Streams())
        {
            stream.Told = stream.Gap;
            stream.NoteNeed();
        }
    }

    public ClientState State => _state;

    public override long ShownVersion => _state.Version;

    /// <summary>Postings that are not yet in the grains of their months.</summary>
    public int PendingPostings => _state.Pending.Count;

    public override IEnumerable<(string Stream, Gap? Gap)> Gaps()
    {
        foreach (var register in _state.Registers)
            yield return (register.Name, register.Gap);
        yield return ("postings", _state.Postings.Select(stream => stream.Gap).Where(gap => gap is not null).MinBy(gap => gap!.OpenedAt));
    }

    public override bool IsPast(string topic, FeedLoss loss) =>
        _state.Feeds.PartitionOf(topic) != loss.Partition
        || !Streams().Any(stream => stream.Topic == topic && stream.Misses(loss));

    protected override void Begin(IngestBatch batch, DateTimeOffset proven)
    {
        if (batch.Topic == ClientTopics.Postings)
            _provenPostings = proven;
        foreach (var stream in Streams())
            if (stream.Topic == batch.Topic)
                stream.Prove(proven);
    }

    protected override string? Take(
        IngestBatch batch, IngestRecord record, StreamEvent received, DateTimeOffset now, ref IngestTally tally)
    {
        if (received is not ClientEvent item)
            return $"A client does not take {received.GetType().Name}.";
        if (ClientRules.Violation(item, _state.Key, batch.Topic) is { } violation)
            return violation;
        var mark = RecordMark.Of(batch, record);
        var version = _state.Version;
        var (refusal, stream) = item switch
        {
            RegisterChange change => (null, Take(change, mark, now, ref tally)),
            RegisterSnapshot snapshot => (null, Take(snapshot, mark, now, ref tally)),
            RegisterDigest digest => (null, Take(digest, ref tally)),
            PostingsBooked booked => Take(booked, mark, now, ref tally),
            PostingsFiltered filtered => (null, Take(filtered, now, ref tally)),
            PostingRange range => (null, Take(range, mark, now, ref tally)),
            _ => ($"A client does not take {item.GetType().Name}.", (GuardedStream?)null),
        };
        if (version != _state.Version)
            _newest = mark;
        if (stream is not null && !ReferenceEquals(stream.Gap, stream.Told))
            stream.Trace = record.TraceParent;
        return refusal;
    }

    protected override void End(DateTimeOffset now)
    {
        foreach (var stream in Streams())
            if (stream.SeenAt is { } seen)
                stream.Check(seen, _options.DigestGrace, now);
        NoteGaps(now);
    }

    private void NoteGaps(DateTimeOffset now)
    {
        foreach (var stream in Streams())
        {
            var told = stream.Told;
            NoteGap(stream.Name, ref told, stream.Gap, now);
            stream.Told = told;
            stream.NoteNeed();
        }
    }

    private IEnumerable<GuardedStream> Streams()
    {
        foreach (var register in _state.Registers)
            yield return register;
        foreach (var postings in _state.Postings)
            yield return postings;
    }

    private PostingStream PostingsOf(string account)
    {
        if (_state.FindPostings(account) is { } known)
            return known;
        var stream = new PostingStream(account);
        Equip(stream);
        stream.Prove(_provenPostings);
        _state.Add(stream);
        return stream;
    }

    private void Equip(PostingStream stream)
    {
        // What is given up of an account stays missing until somebody puts it right: no statement forgets it.
        stream.Limits = new IdRangeLimits(_options.PostingHoles, 0, TimeSpan.FromDays(36_500), _options.PostingJump);
        stream.Repair.Pacing = _options.PostingRepair;
        stream.PerRepair = _options.PostingsPerRepair;
    }
}
