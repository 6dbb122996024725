using System.Buffers;
using System.Text;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Wire;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Parsing;

public sealed class MarketEventCodecTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2024, 8, 8, 23, 54, 16, 299, TimeSpan.Zero).AddTicks(1234);

    public static TheoryData<string> Recordings =>
        [MarketRecordings.UsdM, MarketRecordings.Spot, MarketRecordings.FamilyFrames, MarketRecordings.FamilySnapshots,
            MarketRecordings.KrakenBook, MarketRecordings.KrakenTrades];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_event_of_the_recordings_comes_back_to_the_digit(string recording)
    {
        var source = recording.Contains("kraken", StringComparison.Ordinal) ? "kraken"
            : recording.Contains("spot", StringComparison.Ordinal) ? "binance" : "binance-usdm";
        var messages = recording.EndsWith(".gz", StringComparison.Ordinal)
            ? MarketRecordings.ReadLines(recording, "BTCUSDT")
            : MarketRecordings.ReadCapture(recording);
        var count = 0;
        foreach (var item in Raw.Events(source, messages))
        {
            EventEquality.AssertSame(item, RoundTrip(item));
            count++;
        }
        Assert.NotEqual(0, count);
    }

    [Fact]
    public void Ranges_and_optional_fields_come_back()
    {
        var trade = new Trade
        {
            Instrument = "binance:BTCUSDT", TradeId = 7, Price = 1.500m, Quantity = 2m, Time = At, BuyerIsMaker = true,
            Count = 3, ReceivedAt = At,
        };
        MarketEvent[] items =
        [
            trade,
            trade with { TradeId = null, EventTime = At },
            new TradeRange { Instrument = "binance:BTCUSDT", FromId = 5, ToId = 9, Trades = [trade], ReceivedAt = At },
            new TradeRange { Instrument = "binance:BTCUSDT", FromId = 5, ToId = 5, Trades = [], ReceivedAt = At },
            new TradeRange { Instrument = "binance:BTCUSDT", FromId = 5, ToId = 9, ThroughId = 4, Trades = [], ReceivedAt = At },
            new DepthDiff { Instrument = "kraken:XBT-USD", Bids = [], Asks = [new(0.000010m, 0m)], Checksum = uint.MaxValue, ReceivedAt = At },
            new DepthDigest { Instrument = "binance:BTCUSDT", Sequence = long.MaxValue, ReceivedAt = At },
        ];
        Assert.All(items, item => EventEquality.AssertSame(item, RoundTrip(item)));
    }

    [Fact]
    public void The_written_form_is_the_documented_one()
    {
        var diff = new DepthDiff
        {
            Instrument = "binance:BTCUSDT", Previous = 10, Last = 12, Bids = [new(61800.20m, 0.014m)], Asks = [],
            EventTime = At, ReceivedAt = At,
        };
        Assert.Equal(
            """
            {"type":"diff","instrument":"binance:BTCUSDT","previous":10,"last":12,"bids":[["61800.20","0.014"]],"asks":[],"eventTime":"2024-08-08T23:54:16.2991234+00:00","receivedAt":"2024-08-08T23:54:16.2991234+00:00"}
            """,
            Encoding.UTF8.GetString(Write(diff)));
    }

    [Fact]
    public void Order_and_unknown_fields_do_not_matter()
    {
        var item = Read(
            """
            {"trades":[{"buyerIsMaker":false,"quantity":"1","price":"2.0","time":"2024-08-08T23:54:16Z","tradeId":4,"new":[1]}],
             "new":{"a":[{}]},"toId":5,"fromId":4,"receivedAt":"2024-08-09T01:54:16.5+02:00","instrument":"binance:X","type":"trades"}
            """);
        var range = Assert.IsType<TradeRange>(item);
        var trade = Assert.Single(range.Trades);
        Assert.Equal(("binance:X", 1, 4L), (trade.Instrument, trade.Count, trade.TradeId));
        Assert.Equal(new DateTimeOffset(2024, 8, 8, 23, 54, 16, 500, TimeSpan.Zero), range.ReceivedAt);
        Assert.Equal(TimeSpan.Zero, range.ReceivedAt.Offset);
    }

    [Theory]
    [InlineData("", "is not valid JSON")]
    [InlineData("[]", "$ is not an object")]
    [InlineData("""{"type":"diff"}""", "$.instrument is missing")]
    [InlineData("""{"type":"new","instrument":"a:B","receivedAt":"2024-08-08T23:54:16Z"}""", "$.type is not a known type")]
    [InlineData("""{"type":"digest","instrument":"a:B","receivedAt":"2024-08-08T23:54:16Z"}""", "$.sequence is missing")]
    [InlineData("""{"type":"digest","instrument":"ab","sequence":1,"receivedAt":"2024-08-08T23:54:16Z"}""", "$.instrument is not venue:SYMBOL")]
    [InlineData("""{"type":"digest","instrument":"a:B","sequence":-1,"receivedAt":"2024-08-08T23:54:16Z"}""", "$.sequence is not a whole number")]
    [InlineData("""{"type":"digest","instrument":"a:B","sequence":1,"receivedAt":"yesterday"}""", "$.receivedAt is not an ISO 8601 time")]
    [InlineData("""{"type":"digest","instrument":"a:B","sequence":1,"sequence":2}""", "$.sequence is given twice")]
    [InlineData("""{"type":"diff","instrument":"a:B","receivedAt":"2024-08-08T23:54:16Z","bids":[["1","-1"]]}""", "$.bids[0][1] is not a quantity")]
    [InlineData("""{"type":"diff","instrument":"a:B","receivedAt":"2024-08-08T23:54:16Z","bids":[]}""", "$.asks is missing")]
    [InlineData("""{"type":"diff","instrument":"a:B","receivedAt":"2024-08-08T23:54:16Z","bids":[],"asks":[],"last":5}""", "$.previous is missing")]
    [InlineData("""{"type":"trades","instrument":"a:B","receivedAt":"2024-08-08T23:54:16Z","fromId":1,"toId":2,"trades":[{"price":"1"}]}""", "$.trades[0].quantity is missing")]
    [InlineData("""{"type":"digest","instrument":"a:B","sequence":1,"receivedAt":"2024-08-08T23:54:16Z"} x""", "is not valid JSON")]
    public void What_is_missing_or_malformed_is_named(string json, string reason)
    {
        Assert.False(MarketEventCodec.TryRead(Encoding.UTF8.GetBytes(json), out var item, out var actual));
        Assert.Null(item);
        Assert.StartsWith(reason, actual);
    }

    private static MarketEvent RoundTrip(MarketEvent item)
    {
        Assert.True(MarketEventCodec.TryRead(Write(item), out var back, out var reason), reason);
        return back;
    }

    private static MarketEvent Read(string json)
    {
        Assert.True(MarketEventCodec.TryRead(Encoding.UTF8.GetBytes(json), out var item, out var reason), reason);
        return item;
    }

    private static byte[] Write(MarketEvent item)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MarketEventCodec.Write(buffer, item);
        return buffer.WrittenSpan.ToArray();
    }
}
