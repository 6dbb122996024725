using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;

namespace StreamForge.Tests.Api.Scripted;

/// <summary>All that the grains of the tests answer with.</summary>
public sealed class ScriptedMarket
{
    private readonly ConcurrentDictionary<string, ScriptedInstrument> _instruments = new(StringComparer.Ordinal);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the tests are: what hangs until then lets the engine stop.</summary>
    public Task Closed => _closed.Task;

    public void Close() => _closed.TrySetResult();

    public ScriptedOperations Operations { get; } = new();

    public PlatformStatus Status { get; set; } = new()
    {
        Engine = "scripted",
        StartedAt = DateTimeOffset.UnixEpoch,
        Partitions =
        [
            new PartitionStatus
            {
                Group = "market", Topic = Topics.MarketDepth, Partition = 0, Epoch = 1, ReadPosition = 10, LowWater = 8, LogEnd = 12, Lag = 2,
                Watermark = DateTimeOffset.UnixEpoch,
            },
        ],
        Events = new EventTotals { In = 5, Applied = 3, Duplicate = 2 },
        OpenGaps = 1,
        Repairs = new RepairTotals { Gaps = 1, Requested = 1 },
        Parked =
        [
            new ParkedKey
            {
                Group = "market", Topic = Topics.MarketDepth, Partition = 0, Key = "test:PARKED", FromOffset = 7, Reason = "why",
                ParkedAt = DateTimeOffset.UnixEpoch,
            },
        ],
        DeadLetters = 4,
        Sources = [new SourceStatus { Source = "test", Up = true }],
        Ready = true,
    };

    public ImmutableArray<InstrumentSummary> Listed { get; set; } = [];

    /// <summary>The instrument of a name; cold if nobody has said anything of it.</summary>
    public ScriptedInstrument this[string id] => _instruments.GetOrAdd(id, name => new ScriptedInstrument(name));
}

public sealed class ScriptedInstrumentGrain(ScriptedMarket market) : Grain, IInstrumentGrain
{
    private ScriptedInstrument Script => market[this.GetPrimaryKeyString()];

    public async ValueTask<InstrumentView> GetView()
    {
        await Ready();
        return Script.View();
    }

    public async ValueTask<BookView> GetBook(int depth)
    {
        await Ready();
        return Script.BookView(depth);
    }

    public async ValueTask<TradesView> GetTrades(int limit)
    {
        await Ready();
        return Script.TradesView(limit);
    }

    public async ValueTask<CandlesView> GetCandles(CandleInterval interval, DateTimeOffset from, DateTimeOffset to)
    {
        await Ready();
        return Script.CandlesView(interval, from, to);
    }

    public async ValueTask<StreamPage> ReadUpdates(string? life, long afterVersion, int max, TimeSpan wait)
    {
        await Ready();
        return await Script.ReadUpdates(life, afterVersion, max, wait);
    }

    public async ValueTask<bool> WaitForSequence(long sequence, TimeSpan wait) => await Script.WaitForSequence(sequence, wait);

    public ValueTask<IngestResult> Ingest(IngestBatch batch) => throw new NotSupportedException("The API only reads.");

    public ValueTask<FlushResult> Flush() => throw new NotSupportedException("The API only reads.");

    public ValueTask<bool> IsPast(string topic, FeedLoss loss) => throw new NotSupportedException("The API only reads.");

    private async Task Ready()
    {
        Script.NoteAsked();
        if (Script.Throws is { } exception)
            throw exception;
        if (Script.Hangs is { } hanging)
            await hanging;
    }
}

public sealed class ScriptedDirectoryGrain(ScriptedMarket market) : Grain, IInstrumentDirectoryGrain
{
    public ValueTask<InstrumentPage> List(InstrumentQuery query)
    {
        var found = market.Listed
            .Where(item => query.Venue is null || item.Instrument.StartsWith(query.Venue + ':', StringComparison.Ordinal))
            .Where(item => query.Status is null || item.Status == query.Status)
            .Where(item => string.CompareOrdinal(item.Instrument, query.After) > 0)
            .OrderBy(item => item.Instrument, StringComparer.Ordinal)
            .ToImmutableArray();
        return ValueTask.FromResult(new InstrumentPage
        {
            Items = [.. found.Take(query.Limit)],
            Next = found.Length > query.Limit ? found[query.Limit - 1].Instrument : null,
        });
    }
}

public sealed class ScriptedStatusGrain(ScriptedMarket market) : Grain, IPlatformStatusGrain
{
    public ValueTask<PlatformStatus> Get() => ValueTask.FromResult(market.Status);
}
