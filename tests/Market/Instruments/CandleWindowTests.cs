using System.Buffers;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.State;

namespace StreamForge.Tests.Market.Instruments;

public sealed class CandleWindowTests
{
    private static readonly DateTimeOffset _t0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Trades in any order, hours late among them, minutes that leave and come back, crashes between the day's write and the
    /// instrument's: minutes here and in the days together equal those computed from the sorted trades.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Late_trades_and_crashes_leave_what_sorted_trades_give(int seed)
    {
        for (var run = 0; run < 60; run++)
            RunHistory((seed * 1_000) + run);
    }

    private static void RunHistory(int seed)
    {
        var random = new Random(seed);
        var trades = Enumerable.Range(0, 300).Select(i => Make(random, i)).ToList();
        var arriving = trades.OrderBy(t => t.Time.AddMinutes(random.NextDouble() < 0.15 ? random.Next(0, 120) : 0)).ToList();
        var days = new Dictionary<long, RevisedCandle>();
        var window = NewWindow();
        var stored = Bytes(window);
        var storedAt = 0;
        for (var i = 0; i < arriving.Count; i++)
        {
            // The revision of a trade is its place in the log: the same when it is read again.
            window.Add(arriving[i], i + 1);
            if (random.NextDouble() < 0.1)
            {
                Forward(window, days);
                if (random.NextDouble() < 0.5)
                    (stored, storedAt) = (Bytes(window), i + 1);
            }

            if (random.NextDouble() < 0.03)
            {
                window = NewWindow();
                var reader = new StateReader(stored);
                window.Read(ref reader, "x:Y");
                reader.End();
                i = storedAt - 1;
            }
        }

        while (window.HasLeaving)
            Forward(window, days);
        var minutes = days.Values.Select(MinuteBar.FromRevised).ToDictionary(b => b.Minute);
        foreach (var bar in window.Bars)
            minutes[bar.Minute] = bar;
        CandleAssert.Equal(trades, minutes.Values, $"seed {seed}");
        Assert.True(days.Count > 0, $"seed {seed}: nothing left");
        Assert.True(window.Bars.Count <= window.Minutes + window.Slack + 1, $"seed {seed}: the window is not bounded");
    }

    [Fact]
    public void A_minute_that_changed_since_it_was_put_stays()
    {
        var window = NewWindow();
        window.Add(At(0, 1), 1);
        window.Add(At(30, 2), 2);
        window.MoveFloor();
        var leaving = Assert.Single(window.Leaving()).ToRevised();
        window.Add(At(0, 3), 3);
        window.Left(MinuteBar.MinuteOf(_t0), leaving.Revision);
        Assert.Equal(3, Assert.Single(window.Leaving()).Revision);
        window.Left(MinuteBar.MinuteOf(_t0), 3);
        Assert.Empty(window.Leaving());
    }

    [Fact]
    public void A_late_trade_that_is_in_the_stored_minute_is_not_added_again()
    {
        var (first, second) = (NewWindow(), NewWindow());
        foreach (var window in new[] { first, second })
        {
            window.Add(At(0, 1), 1);
            window.Add(At(30, 2), 2);
            window.MoveFloor();
            window.Left(MinuteBar.MinuteOf(_t0), 1);
            window.Add(At(0, 3), 3);
        }

        first.Reopen(MinuteBar.MinuteOf(_t0), At1());
        var durable = first.Leaving()[0].ToRevised();
        Assert.Equal(2, durable.Candle.Count);
        second.Reopen(MinuteBar.MinuteOf(_t0), durable);
        Assert.Equal(durable, second.Leaving()[0].ToRevised());

        static RevisedCandle At1()
        {
            var bar = new MinuteBar { Minute = MinuteBar.MinuteOf(_t0) };
            bar.Add(At(0, 1), 1);
            return bar.ToRevised();
        }
    }

    [Fact]
    public void Empty_minutes_repeat_the_close_and_roll_up()
    {
        var window = NewWindow();
        window.Add(At(1, 1, price: 10), 1);
        window.Add(At(1, 2, price: 12), 2);
        window.Add(At(4, 3, price: 11), 3);
        var minutes = window.Bars.Select(b => b.ToCandle(false)).ToList();
        var end = _t0.AddMinutes(6).AddSeconds(1);

        var ones = CandleRollup.Build(minutes, CandleInterval.OneMinute, _t0, _t0.AddHours(1), end);
        Assert.Equal([1, 2, 3, 4, 5, 6], ones.Select(c => (int)(c.OpenTime - _t0).TotalMinutes));
        Assert.Equal([12m, 12, 12, 11, 11, 11], ones.Select(c => c.Close));
        Assert.Equal([2, 0, 0, 1, 0, 0], ones.Select(c => c.Count));
        Assert.Equal([true, true, true, true, true, false], ones.Select(c => c.Closed));

        var fives = CandleRollup.Build(minutes, CandleInterval.FiveMinutes, _t0, _t0.AddHours(1), end);
        Assert.Equal(2, fives.Length);
        Assert.Equal((10m, 12m, 10m, 11m, 3, true), (fives[0].Open, fives[0].High, fives[0].Low, fives[0].Close, fives[0].Count, fives[0].Closed));
        Assert.Equal((11m, 0, false), (fives[1].Open, fives[1].Count, fives[1].Closed));

        // A range that begins in an empty stretch knows the close before it.
        var later = CandleRollup.Build(minutes, CandleInterval.OneMinute, _t0.AddMinutes(2), _t0.AddMinutes(4), end);
        Assert.Equal([12m, 12m], later.Select(c => c.Open));
        Assert.Empty(CandleRollup.Build(minutes, CandleInterval.OneMinute, _t0.AddMinutes(-9), _t0.AddMinutes(1), end));
        Assert.Empty(CandleRollup.Build(minutes, CandleInterval.OneMinute, _t0.AddMinutes(7), _t0.AddMinutes(9), end));
    }

    [Fact]
    public void Rolling_statistics_equal_those_of_the_trades_of_24_hours()
    {
        var random = new Random(5);
        var window = new CandleWindow();
        var rolling = new RollingWindow(window);
        var trades = new List<Trade>();
        for (var i = 0; i < 3_000; i++)
        {
            var trade = At(random.Next(Math.Max(0, i - 20), i + 1), i, random.Next(90, 110));
            trades.Add(trade);
            window.Add(trade, i + 1);
            var eventTime = trades.Max(t => t.Time);
            if (i % 50 != 0 && i != 2_999)
                continue;
            var statistics = rolling.At(eventTime)!;
            Assert.Equal((statistics.To - TimeSpan.FromDays(1), statistics.To), (statistics.From, statistics.To));
            var inside = trades.Where(t => t.Time >= statistics.From && t.Time < statistics.To)
                .OrderBy(t => t.Time).ThenBy(t => t.TradeId).ToList();
            Assert.Equal(
                (inside[0].Price, inside.Max(t => t.Price), inside.Min(t => t.Price), inside[^1].Price, inside.Sum(t => t.Quantity), (long)inside.Sum(t => t.Count)),
                (statistics.Open, statistics.High, statistics.Low, statistics.Last, statistics.Volume, statistics.Count));
        }
    }

    private static void Forward(CandleWindow window, Dictionary<long, RevisedCandle> days)
    {
        if (!window.HasLeaving)
            return;
        foreach (var minute in window.Wanted())
            window.Reopen(minute, days.GetValueOrDefault(minute));
        window.MoveFloor();
        foreach (var bar in window.Leaving())
        {
            var revised = bar.ToRevised();
            if (!days.TryGetValue(bar.Minute, out var known) || known.Revision < revised.Revision)
                days[bar.Minute] = revised;
            window.Left(bar.Minute, revised.Revision);
        }
    }

    private static CandleWindow NewWindow() => new() { Minutes = 10, Slack = 3 };

    private static byte[] Bytes(CandleWindow window)
    {
        var buffer = new ArrayBufferWriter<byte>();
        window.Write(new StateWriter(buffer));
        return buffer.WrittenSpan.ToArray();
    }

    private static Trade Make(Random random, int id) => new()
    {
        Instrument = "x:Y",
        ReceivedAt = _t0,
        TradeId = id,
        Price = random.Next(100, 200) / 10m,
        Quantity = random.Next(1, 100) / 100m,
        Time = _t0.AddSeconds((id * 20) + random.Next(0, 20)),
        BuyerIsMaker = random.Next(2) == 0,
    };

    private static Trade At(int minute, long id, decimal price = 10) => new()
    {
        Instrument = "x:Y",
        ReceivedAt = _t0,
        TradeId = id,
        Price = price,
        Quantity = 1,
        Time = _t0.AddMinutes(minute),
        BuyerIsMaker = false,
    };
}
