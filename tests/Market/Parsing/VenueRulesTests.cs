using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Parsing;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>What the venues do differently.</summary>
public sealed class VenueRulesTests
{
    private const string Diff = """{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":11,"u":13,"pu":9,"b":[["1.50","0.000"]],"a":[]}""";

    [Fact]
    public void Spot_follows_U_minus_1_and_UsdM_pu()
    {
        Assert.Equal((10L, 13L), Sequences("binance"));
        Assert.Equal((9L, 13L), Sequences("binance-usdm"));

        static (long?, long?) Sequences(string source)
        {
            var diff = Single<DepthDiff>(Raw.Frame(source, Diff));
            return (diff.Previous, diff.Last);
        }
    }

    [Fact]
    public void Aggregates_stand_for_several_trades()
    {
        var trade = Single<Trade>(Raw.Frame(
            "binance-usdm",
            """{"stream":"ctkusdt@aggTrade","data":{"e":"aggTrade","E":5,"a":70,"s":"CTKUSDT","p":"1.01100","q":"10","f":22,"l":24,"T":4,"m":false}}"""));
        Assert.Equal((70L, 3, 1.01100m), (trade.TradeId, trade.Count, trade.Price));
    }

    [Theory]
    [InlineData("INSURANCE_FUND", "0")]
    [InlineData("ADL", "61800.20")]
    [InlineData("NA", "0")]
    public void Ids_that_UsdM_uses_for_no_market_trade_hold_none(string cause, string price)
    {
        var range = Single<TradeRange>(Raw.Frame(
            "binance-usdm",
            $$"""{"e":"trade","E":6,"T":5,"s":"BTCUSDT","t":99,"p":"{{price}}","q":"0","X":"{{cause}}","m":true}"""));
        Assert.Equal((99L, 99L), (range.FromId, range.ToId));
        Assert.Empty(range.Trades);
        Assert.Equal(Topics.MarketTrades, ParsedFrame.TopicOf(range));
    }

    [Fact]
    public void Historical_trades_answer_the_range_that_was_asked_for()
    {
        var range = Single<TradeRange>(Raw.Trades(
            "binance",
            """
            [{"id":7,"price":"1.0","qty":"2","quoteQty":"2","time":5,"isBuyerMaker":true,"isBestMatch":true},
             {"id":9,"price":"1.1","qty":"3","quoteQty":"3.3","time":6,"isBuyerMaker":false,"isBestMatch":true},
             {"id":10,"price":"1.1","qty":"3","quoteQty":"3.3","time":6,"isBuyerMaker":false,"isBestMatch":true}]
            """,
            "binance:BTCUSDT", "7-9"));
        Assert.Equal((7L, 9L), (range.FromId, range.ToId));
        Assert.Equal([7L, 9L], range.Trades.Select(t => t.TradeId!.Value));
        Assert.All(range.Trades, t => Assert.Equal("binance:BTCUSDT", t.Instrument));
    }

    [Fact]
    public void An_answer_says_how_far_the_venue_had_come()
    {
        Assert.Equal(6, Single<TradeRange>(Raw.Trades("binance", "[]", "binance:BTCUSDT", "7-9", "6")).ThroughId);
        Assert.Null(Single<TradeRange>(Raw.Trades("binance", "[]", "binance:BTCUSDT", "7-9")).ThroughId);
    }

    [Fact]
    public void Aggregate_trades_answer_too()
    {
        var range = Single<TradeRange>(Raw.Trades(
            "binance-usdm", """[{"a":7,"p":"1.0","q":"2","f":100,"l":104,"T":5,"m":true}]""", "binance-usdm:BTCUSDT", "7-7"));
        Assert.Equal((7L, 5), (Assert.Single(range.Trades).TradeId, range.Trades[0].Count));
    }

    [Fact]
    public void Kraken_sends_both_sides_in_two_payloads_and_republishes()
    {
        var diff = Single<DepthDiff>(Raw.Frame(
            "kraken",
            """[1,{"a":[["5541.30","2.50","1534614248.456738"],["5542.50","0.401","1534614248.456739","r"]]},{"b":[["5541.20","1.5","1534614248.4"]],"c":"974942666"},"book-10","XBT\/USD"]"""));
        Assert.Equal("kraken:XBT-USD", diff.Instrument);
        Assert.Equal((2, 1, 974942666u), (diff.Asks.Length, diff.Bids.Length, diff.Checksum));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(15346142484567390), diff.EventTime);
    }

    [Fact]
    public void Kraken_sends_several_trades_in_one_frame_and_each_is_an_event()
    {
        var parsed = Raw.Frame(
            "kraken",
            """[0,[["5541.20","0.15","1534614057.32","s","l",""],["6060.0","0.024","1534614057.33","b","m",""]],"trade","XBT/USD"]""");
        Assert.Equal([true, false], parsed.Events.Cast<Trade>().Select(t => t.BuyerIsMaker));
    }

    [Fact]
    public void Symbols_beyond_ascii_are_symbols() =>
        Assert.Equal(
            "binance:币安USDT",
            Single<DepthDigest>(Raw.Frame("binance", """{"stream":"币安usdt@bookTicker","data":{"u":1,"s":"币安USDT","b":"1","B":"1","a":"1","A":"1"}}""")).Instrument);

    private static T Single<T>(ParsedFrame parsed)
        where T : MarketEvent
    {
        Assert.True(parsed.Outcome == ParseOutcome.Events, parsed.Reason);
        return Assert.IsType<T>(Assert.Single(parsed.Events));
    }
}
