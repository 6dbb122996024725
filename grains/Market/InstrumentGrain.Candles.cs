using System.Collections.Immutable;
using System.Globalization;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Market;

/// <content>Minutes that left for the grains of their days, and back.</content>
public sealed partial class InstrumentGrain
{
    private const int MaxDays = 1_100;
    private const int DaysAtOnce = 16;

    /// <summary>Late trades join their minutes, and minutes that leave become durable in their days, before positions are written.</summary>
    private async Task ForwardMinutes()
    {
        var candles = Core.State.Candles;
        if (!candles.HasLeaving)
            return;
        foreach (var minutes in candles.Wanted().GroupBy(DayOf))
        {
            var stored = (await Day(minutes.Key).Get()).ToDictionary(c => MinuteBar.MinuteOf(c.Candle.OpenTime));
            foreach (var minute in minutes)
                candles.Reopen(minute, stored.GetValueOrDefault(minute));
        }

        candles.MoveFloor();
        foreach (var day in candles.Leaving().GroupBy(bar => DayOf(bar.Minute)).ToList())
        {
            var leaving = day.Select(bar => bar.ToRevised()).ToImmutableArray();
            await Day(day.Key).Put(leaving);
            foreach (var candle in leaving)
                candles.Left(MinuteBar.MinuteOf(candle.Candle.OpenTime), candle.Revision);
        }

        Core.State.Changes++;
    }

    /// <summary>The minutes of [from, to) that have left, and of the day before, which gives the close that empty ones repeat.</summary>
    private async Task<IReadOnlyList<RevisedCandle>> OlderMinutes(DateTimeOffset from, DateTimeOffset to)
    {
        var candles = Core.State.Candles;
        if (candles.Oldest is not { } oldest || candles.Floor <= oldest)
            return [];
        var last = DayOf(Math.Min(candles.Floor - 1, MinuteBar.MinuteOf(to)));
        var first = DayOf(Math.Max(oldest, MinuteBar.MinuteOf(from) - (24 * 60)));
        var count = last.DayNumber - first.DayNumber + 1;
        if (count > MaxDays)
            throw new ArgumentOutOfRangeException(nameof(from), from, $"At most {MaxDays} days of candles at once.");

        var minutes = new List<RevisedCandle>();
        for (var day = 0; day < count; day += DaysAtOnce)
        {
            var pages = new List<Task<ImmutableArray<RevisedCandle>>>();
            for (var i = day; i < Math.Min(count, day + DaysAtOnce); i++)
                pages.Add(Day(first.AddDays(i)).Get().OnThisTurn());
            foreach (var page in await Task.WhenAll(pages))
                minutes.AddRange(page);
        }

        return minutes;
    }

    private ICandleDayGrain Day(DateOnly day) =>
        GrainFactory.GetGrain<ICandleDayGrain>(string.Create(CultureInfo.InvariantCulture, $"{Key}/{day:yyyy-MM-dd}"));

    private static DateOnly DayOf(long minute) => DateOnly.FromDateTime(MinuteBar.TimeOf(minute).UtcDateTime);
}
