using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>A log of two topics, its pump and a grain that may crash: what was not stored is delivered again.</summary>
internal sealed class LogDriver(string instrument, MarketOptions options, string what)
{
    private readonly Dictionary<string, List<IngestRecord>> _log = new()
    {
        [Topics.MarketDepth] = [],
        [Topics.MarketTrades] = [],
    };

    private byte[]? _stored;
    private long _epoch = 1;
    private long _rawOffset;

    public InstrumentState State { get; private set; } = new() { Instrument = instrument };

    public InstrumentCore Core { get; private set; } = null!;

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public void Start() => Core = new InstrumentCore(State, options, new SeededIds(), 0);

    /// <summary>Appends what a connector received and the parser derived, and delivers it.</summary>
    public void Append(MarketEvent item, string? repairId = null)
    {
        var records = _log[TopicOf(item)];
        var origin = new Origin(CoreDriver.LogId, 0, _rawOffset++, 0);
        // Offsets have holes.
        var offset = (records.Count == 0 ? 0 : records[^1].Offset) + 1 + (_rawOffset % 2);
        records.Add(CoreDriver.Record(offset, item, repairId, origin));
        Deliver(TopicOf(item), records.Count - 1);
    }

    /// <summary>The parser crashed between append and commit: its last records are appended once more.</summary>
    public void ReEmit(int count)
    {
        foreach (var (topic, records) in _log)
            foreach (var record in records.TakeLast(count).ToList())
            {
                records.Add(record with { Offset = records[^1].Offset + 1 });
                Deliver(topic, records.Count - 1);
            }
    }

    public void Flush() => _stored = CoreDriver.Bytes(State);

    /// <summary>The grain is gone; the next one has what was stored, and the pump, which has been told so, goes back.</summary>
    public void Crash()
    {
        State = new InstrumentState();
        if (_stored is not null)
            State.Read(_stored, State.SchemaVersion);
        State.Instrument = instrument;
        Start();
        _epoch++;
        foreach (var (topic, records) in _log)
            for (var i = 0; i < records.Count; i++)
                Deliver(topic, i, first: i == 0);
    }

    private void Deliver(string topic, int index, bool first = false)
    {
        var records = _log[topic];
        var batch = CoreDriver.Batch(topic, first || index == 0 ? null : records[index - 1].Offset, records[index]) with { Epoch = _epoch };
        var result = Core.Ingest(batch, Now);
        Assert.True(result.Outcome == IngestOutcome.Applied, $"{what}: {result.Outcome} {result.Reason}");
        var counts = result.Counts;
        Assert.True(
            counts.Applied + counts.Duplicate + counts.Filtered + counts.Superseded == 1 && result.Applied >= records[index].Offset,
            $"{what}: one event counts as {counts}");
    }

    private static string TopicOf(MarketEvent item) => item is Trade or TradeRange ? Topics.MarketTrades : Topics.MarketDepth;
}
