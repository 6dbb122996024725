using System.Buffers;
using System.Collections.Immutable;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Market;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>Feeds an instrument's core as a pump would: one record a call, each topic with offsets of its own.</summary>
internal sealed class CoreDriver
{
    public static readonly Guid LogId = new("00000000-0000-0000-0000-0000000000aa");
    private readonly Dictionary<string, long> _offsets = [];
    private readonly MarketOptions _options;

    public CoreDriver(string instrument, MarketOptions? options = null)
    {
        _options = options ?? new MarketOptions();
        State = new InstrumentState { Instrument = instrument };
        Core = new InstrumentCore(State, _options, new SeededIds(), 0);
    }

    public InstrumentState State { get; private set; }

    public InstrumentCore Core { get; private set; }

    /// <summary>The grain's clock.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The feed's watermark before what is fed next.</summary>
    public DateTimeOffset? Proven { get; set; }

    public IngestCounts Totals { get; private set; }

    public int Fed { get; private set; }

    public IngestResult Feed(MarketEvent item, string? repairId = null, Origin? origin = null)
    {
        var topic = item is Trade or TradeRange ? Topics.MarketTrades : Topics.MarketDepth;
        var previous = _offsets.TryGetValue(topic, out var last) ? last : (long?)null;
        var offset = (previous ?? -1) + 1;
        _offsets[topic] = offset;
        var result = Core.Ingest(Batch(topic, previous, Record(offset, item, repairId, origin)), Now, Proven);
        Totals += result.Counts;
        Fed++;
        return result;
    }

    /// <summary>A place that is only moved over: the next record has a higher offset.</summary>
    public void Skip(string topic)
    {
        var previous = _offsets.TryGetValue(topic, out var last) ? last : (long?)null;
        _offsets[topic] = (previous ?? -1) + 1;
        Core.Ingest(Batch(topic, previous, Record(_offsets[topic], null)), Now);
    }

    /// <summary>Feeds what no rule may refuse.</summary>
    public IngestResult Accept(MarketEvent item, string? repairId = null, Origin? origin = null)
    {
        var result = Feed(item, repairId, origin);
        Assert.True(result.Outcome == IngestOutcome.Applied, $"{result.Outcome}: {result.Reason}");
        return result;
    }

    /// <summary>Judges freshness as with a live feed whose watermark is the present.</summary>
    public void Observe()
    {
        var feed = new FeedStanding(Now, true, false, false, null);
        Core.Observe(feed, feed, Now);
    }

    /// <summary>What a crash after a flush leaves: the state as stored, in a new activation.</summary>
    public void Restart()
    {
        State = Copy(State);
        Core = new InstrumentCore(State, _options, new SeededIds(), State.Version + 1_000);
    }

    public static InstrumentState Copy(InstrumentState state)
    {
        var copy = new InstrumentState();
        copy.Read(Bytes(state), state.SchemaVersion);
        return copy;
    }

    public static byte[] Bytes(InstrumentState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        state.Write(buffer);
        Assert.Equal(buffer.WrittenCount, state.Written.Bytes);
        return buffer.WrittenSpan.ToArray();
    }

    public static IngestBatch Batch(string topic, long? previous, params ReadOnlySpan<IngestRecord> records) => new()
    {
        Topic = topic,
        LogId = LogId,
        Partition = 3,
        Epoch = 1,
        Previous = previous,
        Records = ImmutableArray.Create(records),
    };

    public static IngestRecord Record(long offset, MarketEvent? item, string? repairId = null, Origin? origin = null) => new()
    {
        Offset = offset,
        Timestamp = DateTimeOffset.UnixEpoch,
        Event = item,
        EventId = $"e{offset}",
        RepairId = repairId,
        Origin = origin,
    };
}
