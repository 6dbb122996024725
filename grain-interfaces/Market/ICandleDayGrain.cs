using System.Collections.Immutable;
using Orleans.Concurrency;

namespace StreamForge.Contracts.Market;

/// <summary>
/// The one-minute candles of one instrument and one UTC day, keyed <c>venue:SYMBOL/yyyy-MM-dd</c>. Fed by the instrument's
/// grain only: the declared one-way graph of forwarding is instrument -> day.
/// </summary>
[Alias("sf.ICandleDayGrain")]
public interface ICandleDayGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes over minutes, each whole, and makes them durable before it returns: a candle replaces that of its minute if its
    /// revision is higher. So a repeated or overtaken call changes nothing.
    /// </summary>
    [Alias("Put")]
    ValueTask Put(ImmutableArray<RevisedCandle> candles);

    /// <summary>The minutes that had trades, in order of time.</summary>
    [Alias("Get"), AlwaysInterleave]
    ValueTask<ImmutableArray<RevisedCandle>> Get();
}

/// <summary>A candle of a minute with the forwarder's revision: of two, the higher revision is right.</summary>
[GenerateSerializer, Immutable, Alias("sf.RevisedCandle")]
public sealed record RevisedCandle([property: Id(0)] Candle Candle, [property: Id(1)] long Revision)
{
    /// <summary>Time of the trade that it opens with, UTC: with the id what a late trade is compared to.</summary>
    [Id(2)] public DateTimeOffset FirstTime { get; init; }

    /// <summary>Id of that trade; 0 where trades have none.</summary>
    [Id(3)] public long FirstId { get; init; }

    /// <summary>Time of the trade that it closes with, UTC.</summary>
    [Id(4)] public DateTimeOffset LastTime { get; init; }

    /// <summary>Id of that trade; 0 where trades have none.</summary>
    [Id(5)] public long LastId { get; init; }
}
