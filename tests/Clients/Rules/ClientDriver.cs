using System.Buffers;
using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Clients;
using StreamForge.Grains.Integrity;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Clients.Rules;

/// <summary>Feeds a client's core as a pump would: one record a call, each topic with offsets of its own.</summary>
internal sealed class ClientDriver
{
    public static readonly Guid LogId = new("00000000-0000-0000-0000-0000000000bb");
    private readonly Dictionary<string, long> _offsets = [];
    private readonly ClientOptions _options;
    private readonly SeededIds _ids = new();

    public ClientDriver(string client, ClientOptions? options = null)
    {
        _options = options ?? new ClientOptions();
        State = new ClientState { Key = client };
        Core = new ClientCore(State, _options, _ids, 0);
    }

    public ClientState State { get; private set; }

    public ClientCore Core { get; private set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IngestCounts Totals { get; private set; }

    public int Fed { get; private set; }

    /// <summary>What was booked so far, as grains of months would hold it: by account and number.</summary>
    public Dictionary<(string Account, long Number), Posting> Months { get; } = [];

    /// <summary>A record as it stands on a topic; the time is its receipt.</summary>
    public IngestResult Feed(ClientEvent item, string? topic = null, string? repairId = null)
    {
        topic ??= TopicOf(item);
        var previous = _offsets.TryGetValue(topic, out var last) ? last : (long?)null;
        _offsets[topic] = (previous ?? -1) + 1;
        var result = Core.Ingest(
            new IngestBatch
            {
                Topic = topic,
                LogId = LogId,
                Partition = 0,
                Epoch = 1,
                Previous = previous,
                Records =
                [
                    new IngestRecord
                    {
                        Offset = _offsets[topic],
                        Timestamp = Now,
                        Event = item with { ReceivedAt = Now },
                        EventId = $"e{Fed}",
                        RepairId = repairId,
                    },
                ],
            },
            Now,
            Now);
        Totals += result.Counts;
        Fed++;
        // A dead letter is moved over.
        if (result.Outcome == IngestOutcome.Rejected)
            Core.Ingest(
                new IngestBatch
                {
                    Topic = topic,
                    LogId = LogId,
                    Partition = 0,
                    Epoch = 1,
                    Previous = previous,
                    Records = [new IngestRecord { Offset = _offsets[topic], Timestamp = Now }],
                },
                Now);
        return result;
    }

    public IngestResult Accept(ClientEvent item, string? topic = null, string? repairId = null)
    {
        var result = Feed(item, topic, repairId);
        Assert.True(result.Outcome == IngestOutcome.Applied, $"{result.Outcome}: {result.Reason}");
        return result;
    }

    /// <summary>Time passes, as with live feeds whose watermark is the present.</summary>
    public void Pass(TimeSpan time)
    {
        Now += time;
        Core.Tick(FeedOf, Now);
        Core.Observe(FeedOf, Now);
    }

    public void Observe() => Core.Observe(FeedOf, Now);

    /// <summary>What is on its way to the months arrives there.</summary>
    public void Forward()
    {
        foreach (var (month, postings) in State.Pending.ByMonth())
        {
            foreach (var posting in postings)
                Months.TryAdd((month.Account, posting.Number), posting);
            State.Pending.Left(month, postings.Length);
        }
    }

    /// <summary>What a crash after a flush leaves: the state as stored, in a new activation.</summary>
    public void Restart()
    {
        var buffer = new ArrayBufferWriter<byte>();
        State.Write(buffer);
        State = new ClientState();
        State.Read(buffer.WrittenSpan, State.SchemaVersion);
        Core = new ClientCore(State, _options, _ids, State.Version + 1_000);
    }

    private static string TopicOf(ClientEvent item) => item switch
    {
        RegisterChange change => ClientTopics.Of(change.Register),
        RegisterDigest digest => ClientTopics.Of(digest.Register),
        RegisterSnapshot or PostingRange => ClientTopics.Answers,
        _ => ClientTopics.Postings,
    };

    private FeedStanding FeedOf(string topic) => new(Now, true, false, false, null);
}
