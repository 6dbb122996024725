using System.Buffers;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Grains.Market.Book;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.State;
using StreamForge.Tests.Market.Instruments;
using StreamForge.Tests.Market.Parsing;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Integrity;

/// <summary>Stored states, damaged: read or refused, and nothing else; what was read can be written and read again.</summary>
public sealed class StateFuzzTests(ITestOutputHelper output)
{
    private const int Mutations = 20_000;

    [Fact]
    public void An_instrument_of_recorded_events()
    {
        var driver = new CoreDriver("binance-usdm:BTCUSDT");
        foreach (var message in MarketRecordings.ReadLines(MarketRecordings.UsdM, "BTCUSDT").Take(600))
            foreach (var item in Raw.Parse("binance-usdm", message).Events)
                driver.Feed(item);
        Fuzz<InstrumentState>(driver.State, Mutations / 10);
    }

    [Fact]
    public void A_day_of_candles()
    {
        var day = new CandleDayState();
        for (var minute = 0; minute < 10; minute++)
        {
            var bar = new MinuteBar { Minute = minute };
            for (var i = 0; i < 3; i++)
                bar.Add(
                    new Trade
                    {
                        Instrument = "binance:X",
                        TradeId = (minute * 3) + i,
                        Price = 100.25m + i,
                        Quantity = 0.001m,
                        Time = DateTimeOffset.UnixEpoch.AddMinutes(minute).AddSeconds(i),
                        ReceivedAt = DateTimeOffset.UnixEpoch,
                        BuyerIsMaker = i == 1,
                    },
                    minute + 100);
            day.Put(bar.ToRevised());
        }

        Fuzz<CandleDayState>(day, Mutations);
    }

    [Fact]
    public void A_governor()
    {
        var state = new GovernorState();
        var core = new GovernorCore(state, new GovernorOptions());
        for (var i = 0; i < 9; i++)
            core.Ask(new PermitTicket { Id = $"ticket-{i}", Group = $"binance:SYM{i}", Interactive = i % 2 == 0 }, TimeSpan.Zero);
        core.Grant(TimeSpan.Zero);
        Fuzz<GovernorState>(state, Mutations);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("")]
    [InlineData("Infinity")]
    public void A_governor_with_no_number_of_permits_is_refused(string tokens)
    {
        var bytes = Written(writer =>
        {
            for (var list = 0; list < 3; list++)
                writer.Count(0);
            writer.Text(tokens);
            writer.Time(DateTimeOffset.UnixEpoch);
            writer.Signed(5);
        });
        Assert.Throws<InvalidDataException>(() => new GovernorState().Read(bytes, 1));
    }

    [Fact]
    public void A_minute_that_is_no_time_is_refused()
    {
        var bytes = Written(writer =>
        {
            writer.Signed(1);
            writer.Count(1);
            writer.Signed(long.MinValue);
        });
        Assert.Throws<InvalidDataException>(() => new CandleDayState().Read(bytes, 1));
    }

    [Fact]
    public void A_price_of_the_least_number_is_a_price()
    {
        var bytes = Written(writer =>
        {
            writer.Count(0);
            writer.Signed(0);
            writer.Count(1);
            foreach (var head in (byte[])[1, 2, 3])
                writer.Byte(head);
            writer.Signed(long.MinValue);
            writer.Signed(1);
            writer.Count(0);
        });
        var reader = new StateReader(bytes);
        var book = new OrderBook();
        book.Read(ref reader);
        Assert.Equal(new PriceLevel(long.MinValue / 100m, 0.001m), book.Bids.Best);
    }

    private static byte[] Written(Action<StateWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(new StateWriter(buffer));
        return buffer.WrittenSpan.ToArray();
    }

    private void Fuzz<T>(T sample, int mutations)
        where T : IStoredState, new()
    {
        var random = Seeded.NewRandom();
        var bytes = Bytes(sample);
        var refused = 0;
        for (var i = 0; i < mutations; i++)
        {
            var mutated = ByteMutator.Mutate(bytes, random);
            var state = new T();
            var refusal = Record.Exception(() => state.Read(mutated, sample.SchemaVersion));
            Assert.True(refusal is null or InvalidDataException, $"{refusal}");
            if (refusal is not null)
            {
                refused++;
                continue;
            }

            var again = new T();
            var written = Bytes(state);
            again.Read(written, sample.SchemaVersion);
            Assert.Equal(written, Bytes(again));
        }

        output.WriteLine($"{refused} of {mutations} refused");
        Assert.InRange(refused, 1, mutations - 1);
    }

    private static byte[] Bytes(IStoredState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        state.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
