using System.Collections.Immutable;
using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;

namespace StreamForge.Grains.Clients;

/// <content>Answers, each an immutable snapshot that is made when the first one asks and kept until content or freshness changes.</content>
public sealed partial class ClientCore
{
    private readonly RegisterView?[] _registers = new RegisterView?[RegisterWords.All.Count];
    private ClientView? _view;
    private RecordMark? _newest;

    // Versions go on from the clock, also where nobody has ever heard of the client: its views then show none.
    private long ContentVersion => _state.Feeds.IsEmpty ? 0 : _state.Version;

    /// <summary>The worst of all that is known of the client; what nobody has told anything of is listed as such, and no part of it.</summary>
    public Freshness Freshness { get; private set; } = Freshness.Unknown;

    /// <summary>The worst of all accounts' postings.</summary>
    public Freshness PostingFreshness { get; private set; } = Freshness.Unknown;

    public override void Observe(FeedOf feedOf, DateTimeOffset now)
    {
        var changed = false;
        foreach (var register in _state.Registers)
            if (register.Observe(feedOf(register.Topic), now, _options.StaleAfter))
                (changed, _registers[(int)register.Register]) = (true, null);
        if (_state.Postings.Count > 0)
        {
            var feed = feedOf(ClientTopics.Postings);
            // What accounts announce of postings that have not come was said after this.
            _provenPostings = feed.Watermark ?? _provenPostings;
            foreach (var postings in _state.Postings)
            {
                postings.Prove(_provenPostings);
                changed |= postings.Observe(feed, now, _options.StaleAfter);
            }
        }

        if (!changed)
            return;
        NoteGaps(now);
        _view = null;
        var before = (Freshness.Status, PostingFreshness.Status);
        PostingFreshness = WorstOf(_state.Postings);
        Freshness = WorstOf(Streams());
        if (before != (Freshness.Status, PostingFreshness.Status))
            _state.Version++;
    }

    public ClientView View()
    {
        if (_view is { } cached && cached.Version == ContentVersion)
            return cached;
        return _view = new ClientView
        {
            Client = _state.Key,
            Version = ContentVersion,
            Freshness = Freshness,
            Party = _state.Of(Register.Parties).Entries.OfType<Party>().FirstOrDefault(),
            Registers =
            [
                .. _state.Registers.Select(register => new RegisterSummary(register.Register, register.Entries.Count, register.Freshness)),
            ],
            Postings = PostingFreshness,
            Provenance = _newest?.ToProvenance(_newest?.RepairId),
        };
    }

    public RegisterView ViewOf(Register register)
    {
        if (_registers[(int)register] is { } cached && cached.Version == ContentVersion)
            return cached;
        var stream = _state.Of(register);
        return _registers[(int)register] = new RegisterView
        {
            Client = _state.Key,
            Register = register,
            Version = ContentVersion,
            Freshness = stream.Freshness,
            Entries = [.. stream.Entries],
            Provenance = stream.Facts.Mark?.ToProvenance(stream.Facts.RepairId),
        };
    }

    /// <summary>A statement made of what months hold and what has not gone there yet.</summary>
    /// <param name="postings">In order of day, then number, each once.</param>
    public StatementView Statement(string account, ImmutableArray<Posting> postings, bool hasMore)
    {
        var stream = _state.FindPostings(account);
        return new StatementView
        {
            Client = _state.Key,
            Account = account,
            Version = ContentVersion,
            Freshness = stream?.Freshness ?? Freshness.Unknown,
            Postings = postings,
            HasMore = hasMore,
            Provenance = stream?.Facts.Mark?.ToProvenance(stream.Facts.RepairId),
        };
    }

    /// <summary>Where statements of an account begin and end; none of one that the client does not have.</summary>
    public (DateOnly First, DateOnly Last)? DaysOf(string account)
    {
        if (_state.FindPostings(account) is { FirstDay: { } first, LastDay: { } last })
            return (first, last);
        // An account without postings has an empty statement.
        return _state.Of(Register.Accounts).Find(account) is null ? null : (DateOnly.MaxValue, DateOnly.MinValue);
    }

    private static Freshness WorstOf(IEnumerable<GuardedStream> streams)
    {
        Freshness? worst = null;
        foreach (var stream in streams)
            if (stream.Started || stream.Gap is not null)
                worst = worst is null ? stream.Freshness : FreshnessRule.Worst(worst, stream.Freshness);
        return worst ?? Freshness.Unknown;
    }
}
