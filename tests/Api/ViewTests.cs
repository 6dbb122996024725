using System.Text.Json;
using StreamForge.ClientApi.Documents;
using StreamForge.Contracts.Market;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Api.Scripted;

namespace StreamForge.Tests.Api;

/// <summary>The four views of an instrument, as callers read them.</summary>
public sealed class ViewTests(ApiHost host)
{
    // A document that lacks a member of the answer, or has one more, fails: the OpenAPI document is made from the documents.
    private static readonly DocumentJson Json = new(new JsonSerializerOptions(DocumentJson.Default.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    });

    [Fact]
    public async Task An_instrument_tells_best_prices_last_trade_and_freshness()
    {
        var instrument = host.NewInstrument().Book(41, 99.50m, 100.10m).Trade(7, 100.00m, 0.250m);

        var document = await host.GetDocument($"/v1/instruments/{instrument.Id}", Json.InstrumentDocument);

        Assert.Equal(instrument.Id, document.Instrument);
        Assert.Equal(new PriceLevel(99.50m, 1.50m), document.BestBid);
        Assert.Equal(new PriceLevel(100.10m, 2.25m), document.BestAsk);
        Assert.Equal(7, document.LastTrade!.TradeId);
        Assert.Equal(100.00m, document.LastTrade.Price);
        Assert.Equal("live", document.Freshness.Status);
        Assert.Equal(41, document.Freshness.Sequence);
        Assert.Equal(document.Freshness, document.BookFreshness);
        Assert.Equal(document.Freshness, document.TradesFreshness);
        Assert.Equal((ScriptedInstrument.LogId.ToString("N"), 2), (document.Provenance!.LogId, document.Provenance.Offset));
        Assert.Null(document.Statistics);
    }

    [Fact]
    public async Task Statistics_are_told_where_there_are_some()
    {
        var instrument = host.NewInstrument();
        instrument.Statistics = new RollingStatistics
        {
            From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch.AddDays(1), Open = 1.0m, High = 2.00m, Low = 0.5m, Last = 1.5m,
            Volume = 10m, QuoteVolume = 12.340m, Count = 3,
        };
        instrument.Book(1, 1, 2);

        var document = await host.GetDocument($"/v1/instruments/{instrument.Id}", Json.InstrumentDocument);

        Assert.Equal(instrument.Statistics, document.Statistics);
    }

    [Fact]
    public async Task A_book_has_as_many_levels_as_asked_for_best_first()
    {
        var instrument = host.NewInstrument().Book(5, 100m, 101m, levels: 200);

        var byDefault = await host.GetDocument($"/v1/instruments/{instrument.Id}/book", Json.BookDocument);
        var three = await host.GetDocument($"/v1/instruments/{instrument.Id}/book?depth=3", Json.BookDocument);

        Assert.Equal(100, byDefault.Bids.Length);
        Assert.Equal([100m, 99m, 98m], three.Bids.Select(level => level.Price));
        Assert.Equal([101m, 102m, 103m], three.Asks.Select(level => level.Price));
    }

    [Fact]
    public async Task Decimals_are_strings_that_keep_their_scale()
    {
        var instrument = host.NewInstrument().Book(5, 100.10000m, 101m);

        var text = await host.Client.GetStringAsync($"/v1/instruments/{instrument.Id}/book?depth=1");

        Assert.Contains("""{"price":"100.10000","quantity":"1.50"}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_in_utc_with_z()
    {
        var instrument = host.NewInstrument().Book(5, 1, 2)
            .Says(freshness => freshness with { VerifiedAt = new DateTimeOffset(2025, 1, 31, 14, 0, 0, 500, TimeSpan.FromHours(2)) });

        var text = await host.Client.GetStringAsync($"/v1/instruments/{instrument.Id}");

        Assert.Contains("\"verifiedAt\":\"2025-01-31T12:00:00.5Z\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trades_come_newest_first_and_limited()
    {
        var instrument = host.NewInstrument();
        for (var id = 1; id <= 150; id++)
            instrument.Trade(id, 100m + id);

        var byDefault = await host.GetDocument($"/v1/instruments/{instrument.Id}/trades", Json.TradesDocument);
        var two = await host.GetDocument($"/v1/instruments/{instrument.Id}/trades?limit=2", Json.TradesDocument);

        Assert.Equal(100, byDefault.Trades.Length);
        Assert.Equal([150L, 149L], two.Trades.Select(trade => trade.TradeId));
    }

    [Theory]
    [InlineData("", "1m", 100)]
    [InlineData("?interval=5m", "5m", 100)]
    [InlineData("?interval=1h&from=2025-01-01T00:00:00Z&to=2025-01-01T03:00:00Z", "1h", 0)]
    [InlineData("?interval=1d&from=1735689600000&to=1735776000000", "1d", 0)]
    public async Task Candles_come_in_the_interval_and_range_asked_for(string query, string interval, int expected)
    {
        var instrument = host.NewInstrument().Trade(1, 100m);
        var end = TimeProvider.System.GetUtcNow();
        var length = interval == "5m" ? 5 : 1;
        instrument.Candles = [.. Enumerable.Range(0, 500).Select(index => CandleAt(end.AddMinutes(-length * index))).Reverse()];

        var document = await host.GetDocument($"/v1/instruments/{instrument.Id}/candles{query}", Json.CandlesDocument);

        Assert.Equal(interval, document.Interval);
        Assert.InRange(document.Candles.Length, expected == 0 ? 0 : expected - 1, expected);
    }

    [Fact]
    public async Task Every_member_of_a_candle_is_told()
    {
        var instrument = host.NewInstrument().Trade(1, 100m);
        var candle = CandleAt(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        instrument.Candles = [candle];

        var document = await host.GetDocument(
            $"/v1/instruments/{instrument.Id}/candles?from=2025-01-01T00:00:00Z&to=2025-01-01T00:01:00Z", Json.CandlesDocument);

        Assert.Equal(candle, Assert.Single(document.Candles));
    }

    [Fact]
    public async Task An_answer_is_of_now_even_where_reads_are_shared()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        for (var sequence = 2; sequence <= 50; sequence++)
        {
            instrument.Book(sequence, 100m, 101m);
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Get($"/v1/instruments/{instrument.Id}")));
            Assert.All(answers, answer => Assert.Equal($"{sequence}", answer.Header("X-Sequence")));
        }
    }

    private static Candle CandleAt(DateTimeOffset time) => new()
    {
        OpenTime = time, Open = 1.10m, High = 2.20m, Low = 0.90m, Close = 2.00m, Volume = 5m, QuoteVolume = 8.5m, Count = 3,
        TakerBuyVolume = 2m, TakerBuyQuoteVolume = 3.3m, Closed = true,
    };
}
