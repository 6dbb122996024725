using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class GeneratedMarketTests
{
    private static readonly HttpClient _http = new();
    private static readonly DateTimeOffset _start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var one = Frames(5);
        Assert.Equal(one, Frames(5));
        Assert.NotEqual(one, Frames(6));

        static List<string> Frames(int seed)
        {
            using var market = new GeneratedMarket(new GeneratorOptions { Seed = seed, Instruments = 7, StartAt = _start });
            return [.. market.Take(5_000).Select(frame => $"{frame.AtNanos} {System.Text.Encoding.UTF8.GetString(frame.Bytes.Span)}")];
        }
    }

    [Fact]
    public void Diffs_and_trades_are_contiguous_and_the_best_prices_are_the_book_s()
    {
        const int Seed = 11;
        using var market = new GeneratedMarket(new GeneratorOptions { Seed = Seed, Instruments = 3, StartAt = _start, Rate = 1000 });
        var books = market.Known.Select(stream => stream.Symbol).Distinct().ToDictionary(
            symbol => symbol, symbol => new ClientBook(JsonDocument.Parse(market.Snapshot(symbol, 1000)!).RootElement));
        var tradeIds = new Dictionary<string, long>();
        var counts = new Dictionary<string, int>();
        var at = 0L;
        foreach (var frame in market.Take(60_000))
        {
            Assert.True(frame.AtNanos > at, $"seed {Seed}");
            at = frame.AtNanos;
            using var combined = JsonDocument.Parse(frame.Bytes);
            var data = combined.RootElement.GetProperty("data");
            Assert.Equal(data.GetRawText(), System.Text.Encoding.UTF8.GetString(frame.Data.Span));
            var symbol = data.GetProperty("s").GetString()!;
            Assert.Equal(frame.Stream.Symbol, symbol);
            counts[frame.Stream.Kind] = counts.GetValueOrDefault(frame.Stream.Kind) + 1;
            var book = books[symbol];
            switch (frame.Stream.Kind)
            {
                case "depth":
                    Assert.Equal(book.Sequence + 1, data.GetProperty("U").GetInt64());
                    book.Apply(data);
                    break;
                case "trade":
                    var id = data.GetProperty("t").GetInt64();
                    Assert.Equal(tradeIds.GetValueOrDefault(symbol, id - 1) + 1, id);
                    tradeIds[symbol] = id;
                    var price = Number(data, "p");
                    Assert.Equal(data.GetProperty("m").GetBoolean() ? book.Bids.Keys.First() : book.Asks.Keys.First(), price);
                    Assert.True(Number(data, "q") > 0);
                    break;
                default:
                    Assert.Equal(book.Sequence, data.GetProperty("u").GetInt64());
                    Assert.Equal((Number(data, "b"), Number(data, "B")), (book.Bids.First().Key, book.Bids.First().Value));
                    Assert.Equal((Number(data, "a"), Number(data, "A")), (book.Asks.First().Key, book.Asks.First().Value));
                    break;
            }

            Assert.True(book.Bids.Keys.First() < book.Asks.Keys.First(), "never crossed");
        }

        Assert.Equal(3, counts.Count);
        Assert.All(counts.Values, count => Assert.True(count > 5_000));
        foreach (var (symbol, book) in books)
        {
            var snapshot = new ClientBook(JsonDocument.Parse(market.Snapshot(symbol, 10_000)!).RootElement);
            Assert.Equal(book.Sequence, snapshot.Sequence);
            Assert.Equal(book.Bids, snapshot.Bids);
            Assert.Equal(book.Asks, snapshot.Asks);
        }
    }

    [Fact]
    public async Task An_exchange_serves_it_with_snapshots_and_trades_of_the_present()
    {
        await using var host = await Recorded.StartAsync(new ExchangeOptions
        {
            Generator = new GeneratorOptions { Instruments = 4, Frames = 4_000, Seed = 9 },
            Playback = new PlaybackOptions { LockStep = true },
        });
        Assert.Equal(4, host.Symbols.Count);
        await using var subscriber = await Subscriber.ConnectAsync(host, $"stream?streams={string.Join('/', host.Streams)}");
        var books = new Dictionary<string, ClientBook>();
        foreach (var symbol in host.Symbols)
            books[symbol] = new ClientBook(await GetAsync($"depth?symbol={symbol}&limit=5000"));
        for (var step = 0; step < 4; step++)
        {
            await host.AdvanceAsync(1_000);
            long lastTrade = 0;
            var tradeSymbol = "";
            for (var i = 0; i < 1_000; i++)
            {
                var message = await subscriber.NextJsonAsync();
                var data = message.GetProperty("data");
                var symbol = data.GetProperty("s").GetString()!;
                if (message.GetProperty("stream").GetString()!.EndsWith("@depth", StringComparison.Ordinal))
                    books[symbol].Apply(data);
                else if (data.TryGetProperty("t", out var id))
                    (lastTrade, tradeSymbol) = (id.GetInt64(), symbol);
            }

            foreach (var (symbol, book) in books)
            {
                var snapshot = new ClientBook(await GetAsync($"depth?symbol={symbol}&limit=5000"));
                Assert.Equal(book.Sequence, snapshot.Sequence);
                Assert.Equal(book.Bids, snapshot.Bids);
                Assert.Equal(book.Asks, snapshot.Asks);
            }

            var trades = await GetAsync($"historicalTrades?symbol={tradeSymbol}&fromId={lastTrade - 4}&limit=100");
            Assert.Equal([-4L, -3, -2, -1, 0], trades.EnumerateArray().Select(t => t.GetProperty("id").GetInt64() - lastTrade));
        }

        Assert.Equal((PlaybackState.Ended, 4_000L), (host.Progress.State, host.Progress.Frames));

        async Task<JsonElement> GetAsync(string path) =>
            await _http.GetFromJsonAsync<JsonElement>(new Uri(host.HttpEndpoint, $"api/v3/{path}"));
    }

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var error = Assert.Throws<ArgumentException>(() => new GeneratedMarket(new GeneratorOptions { Instruments = 0, Rate = -1 }));
        Assert.Contains("Instruments", error.Message, StringComparison.Ordinal);
        Assert.Contains("Rate", error.Message, StringComparison.Ordinal);
    }

    private static decimal Number(JsonElement data, string name) =>
        decimal.Parse(data.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    /// <summary>A client's spot book.</summary>
    private sealed class ClientBook
    {
        public ClientBook(JsonElement snapshot)
        {
            Sequence = snapshot.GetProperty("lastUpdateId").GetInt64();
            Set(Bids, snapshot.GetProperty("bids"));
            Set(Asks, snapshot.GetProperty("asks"));
        }

        public long Sequence { get; private set; }

        public SortedDictionary<decimal, decimal> Bids { get; } = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));

        public SortedDictionary<decimal, decimal> Asks { get; } = [];

        public void Apply(JsonElement diff)
        {
            if (diff.GetProperty("u").GetInt64() <= Sequence)
                return;
            Sequence = diff.GetProperty("u").GetInt64();
            Set(Bids, diff.GetProperty("b"));
            Set(Asks, diff.GetProperty("a"));
        }

        private static void Set(SortedDictionary<decimal, decimal> side, JsonElement levels)
        {
            foreach (var level in levels.EnumerateArray())
            {
                var quantity = decimal.Parse(level[1].GetString()!, CultureInfo.InvariantCulture);
                var price = decimal.Parse(level[0].GetString()!, CultureInfo.InvariantCulture);
                if (quantity == 0)
                    side.Remove(price);
                else
                    side[price] = quantity;
            }
        }
    }
}
