using System.Text;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Parsing;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>What cannot be read is named by its path; what is not wanted is counted under a fixed word.</summary>
public sealed class MalformedFrameTests
{
    [Theory]
    [InlineData("""{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":2,"u":3,"b":[]}}""", "$.data.a is missing")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":2,"u":3,"a":[],"b":{}}""", "$.b is not an array")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":3,"a":[],"b":[]}""", "$.U is above u")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":0,"u":3,"a":[],"b":[]}""", "$.U is not above 0")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":"3","a":[],"b":[]}""", "$.u is not a whole number")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":99999999999999999999,"a":[],"b":[]}""", "$.u is not a whole number")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"U":1,"u":3,"a":[],"b":[]}""", "$.U is given twice")]
    [InlineData("""{"e":"depthUpdate","E":99999999999999999,"s":"BTCUSDT","U":1,"u":3,"a":[],"b":[]}""", "$.E is not a time in milliseconds")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTC/USDT","U":1,"u":3,"a":[],"b":[]}""", "$.s is not a symbol")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":3,"a":[["1.0"]],"b":[]}""", "$.a[0][1] is not a quantity")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":3,"a":[["1.0","1"],["-1.0","1"]],"b":[]}""", "$.a[1][0] is not a price")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":3,"a":[["1.0","1e5"]],"b":[]}""", "$.a[0][1] is not a quantity")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":3,"a":[["99999999999999999999999999999999","1"]],"b":[]}""", "$.a[0][0] is not a price")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":3,"a":[[1.0,"1"]],"b":[]}""", "$.a[0][0] is not a price")]
    [InlineData("""{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":"no"}""", "$.m is not true or false")]
    [InlineData("""{"e":"aggTrade","E":1,"s":"BTCUSDT","a":1,"p":"1","q":"1","f":5,"l":4,"T":1,"m":true}""", "$.l is below f")]
    [InlineData("""{"e":"depthUpdte","E":1,"s":"BTCUSDT"}""", "$.e is not a known event")]
    [InlineData("""{"stream":"ethusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"1","A":"1"}}""", "$.stream is not one of BTCUSDT")]
    [InlineData("""{"stream":"btcusdt@depth","data":5}""", "$.data is not an object")]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":3,"a":[["1","1"]""", "is not valid JSON")]
    [InlineData("""{"u":1,"s":"BTCUSDT"}""", "$.e is missing")]
    [InlineData("5", "$ is not an object")]
    [InlineData("", "is not valid JSON")]
    public void Binance(string json, string reason) => AssertMalformed(reason, Raw.Frame("binance", json));

    [Theory]
    [InlineData("""{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":2,"u":3,"b":[],"a":[]}""", "$.pu is missing")]
    [InlineData("""{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"1","A":"1"}""", "$.e is missing")]
    public void Binance_usdm(string json, string reason) => AssertMalformed(reason, Raw.Frame("binance-usdm", json));

    [Theory]
    [InlineData("""[1,{"a":[["1.0","1.0","1.0"]],"c":"12x"},"book-10","XBT/USD"]""", "$[1].c is not a CRC32")]
    [InlineData("""[1,{"a":[["1.0","1.0","soon"]]},"book-10","XBT/USD"]""", "$[1].a[0][2] is not a time")]
    [InlineData("""[1,{"a":[["1.0","1.0","1.0"]]},{"b":5},"book-10","XBT/USD"]""", "$[2].b is not an array")]
    [InlineData("""[1,{"c":"1"},"book-10","XBT/USD"]""", "$[1] has no levels")]
    [InlineData("""[1,{"as":[]},"book-10","XBT/USD"]""", "$[1].bs is missing")]
    [InlineData("""[1,{"as":[],"bs":[]},{"a":[]},"book-10","XBT/USD"]""", "$[1] is a snapshot")]
    [InlineData("""[1,{"a":[]},"book-x","XBT/USD"]""", "$[2] is not a known channel")]
    [InlineData("""[1,{"a":[]},"book-10","XBTUSD"]""", "$[3] is not a pair")]
    [InlineData("""[1,{"a":[]},"book-10"]""", "$[3] is not a pair")]
    [InlineData("""[1,"book-10","XBT/USD"]""", "$[1] is not a payload")]
    [InlineData("""[1,{"a":[]},"book-10","XBT/USD",1]""", "$[4] is not expected")]
    [InlineData("""[1,[],"trade","XBT/USD"]""", "$[1] is empty")]
    [InlineData("""[1,[["1","1","1.0","x","l",""]],"trade","XBT/USD"]""", "$[1][0][3] is not a side")]
    [InlineData("""{"event":"heartbeet"}""", "$.event is not a known event")]
    [InlineData("null", "$ is neither an array nor an object")]
    public void Kraken(string json, string reason) => AssertMalformed(reason, Raw.Frame("kraken", json));

    [Theory]
    [InlineData("binance", """{"result":null,"id":1}""", FilterReasons.CommandAnswer)]
    [InlineData("binance", """{"error":{"code":2,"msg":"no"},"id":1}""", FilterReasons.CommandAnswer)]
    [InlineData("binance", """{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1,"s":"BTCUSDT","k":{"t":1,"a":[]}}}""", FilterReasons.OtherStream)]
    [InlineData("binance", """{"stream":"!miniTicker@arr","data":[{"e":"24hrMiniTicker"}]}""", FilterReasons.AllSymbols)]
    [InlineData("kraken", """{"event":"heartbeat"}""", FilterReasons.Heartbeat)]
    [InlineData("kraken", """{"event":"pong","reqid":1}""", FilterReasons.CommandAnswer)]
    [InlineData("kraken", """[1,["1","2","3","4","5"],"spread","XBT/USD"]""", FilterReasons.OtherStream)]
    public void Not_wanted(string source, string json, string reason)
    {
        var parsed = Raw.Frame(source, json);
        Assert.Equal((ParseOutcome.Filtered, reason), (parsed.Outcome, parsed.Reason));
    }

    [Fact]
    public void Headers_are_judged_too()
    {
        AssertMalformed("header source is not a known venue: nasdaq", Raw.Frame("nasdaq", "{}"));
        AssertMalformed("header instrument is not venue:SYMBOL", Raw.Frame("kraken", "{}", "XBTUSD"));
        AssertMalformed("header repair-range is not from-to: 9-3", Raw.Trades("binance", "[]", "binance:BTCUSDT", "9-3"));
        foreach (var through in new[] { "5", "9", "7x" })
            AssertMalformed("header repair-through is not an id of the range", Raw.Trades("binance", "[]", "binance:BTCUSDT", "7-9", through));
        AssertMalformed("header received-at is not a time", Raw.Parse("kraken", RecordSchemas.RawFrame, "{}"u8, -1));
        AssertMalformed("header schema is not a schema of raw records: market.v1", Raw.Parse("kraken", "market.v1", "{}"u8, 1));
        AssertMalformed("header schema is missing", Raw.Parse("kraken", "", "{}"u8, 1));
        AssertMalformed("header instrument is missing", Raw.Parse("binance", RecordSchemas.RawDepthSnapshot, "{}"u8, 1));
        AssertMalformed("header schema is one that this venue does not have", Raw.Parse("kraken", RecordSchemas.RawTrades, "[]"u8, 1));
        AssertMalformed(
            "$.s is not that of binance:ETHUSDT",
            Raw.Frame("binance", """{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"1","A":"1"}""", "binance:ETHUSDT"));
    }

    [Fact]
    public void Text_that_is_not_utf8_is_malformed() =>
        AssertMalformed("$.s is not a symbol", Raw.Parse("binance", RecordSchemas.RawFrame,
            [.. """{"u":1,"b":"1","B":"1","a":"1","A":"1","s":"BTC"""u8, 0xFF, 0xC0, .. "\"}"u8], 1));

    private static void AssertMalformed(string reason, ParsedFrame parsed)
    {
        Assert.Equal(ParseOutcome.Malformed, parsed.Outcome);
        Assert.Empty(parsed.Events);
        Assert.StartsWith(reason, parsed.Reason);
    }
}
