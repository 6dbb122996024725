using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>The shell of <see cref="InstrumentCore"/>: see <see cref="IInstrumentGrain"/> for what it promises.</summary>
public sealed partial class InstrumentGrain(
    [PersistentState(InstrumentGrain.StateName, "checkpoint")] IPersistentState<InstrumentState> state,
    IOptions<MarketOptions> options,
    IStateDirectory directory,
    IFeedStandings standings,
    IRepairPort repairs,
    IIntegrityMeter meter,
    IIdSource ids,
    TimeProvider clock,
    ILogger<InstrumentGrain> logger)
    : EntityGrain<InstrumentState, InstrumentCore>(
        state, new EntityPorts(directory, standings, repairs, meter, ids, clock), logger), IInstrumentGrain
{
    /// <summary>The kind of the rows that instruments are stored in.</summary>
    public const string StateName = "instrument";

    private static readonly ImmutableArray<string> FeedTopics = [Topics.MarketDepth, Topics.MarketTrades];

    protected override string Kind => StateName;

    protected override ImmutableArray<string> FedBy => FeedTopics;

    protected override TimeSpan TickEvery => options.Value.Tick;

    protected override string SourceOf(string topic) => Core.State.Venue;

    protected override InstrumentCore CoreOf(InstrumentState loaded, long version) => new(loaded, options.Value, ids, version);

    protected override Task Forward() => ForwardMinutes();
}
