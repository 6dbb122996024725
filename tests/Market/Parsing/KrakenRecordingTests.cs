using System.Globalization;
using System.Text;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Parsing;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>What the parser makes of the Kraken recordings; the exchange's checksum proves every digit.</summary>
public sealed class KrakenRecordingTests
{
    [Fact]
    public void Every_checksum_holds_over_the_digits_as_parsed()
    {
        var books = new Dictionary<string, Sides>(StringComparer.Ordinal);
        var (snapshots, updates) = (0, 0);
        foreach (var item in Raw.Events("kraken", MarketRecordings.ReadCapture(MarketRecordings.KrakenBook)))
            switch (item)
            {
                case DepthSnapshot snapshot:
                    Assert.Equal(1_000, snapshot.DepthLimit);
                    Assert.True(snapshot.Epoch > 1_618_678_133_000_000_000);
                    books[snapshot.Instrument] = new Sides(snapshot.Bids, snapshot.Asks);
                    snapshots++;
                    break;
                case DepthDiff diff:
                    Assert.Null(diff.Last);
                    var book = books[diff.Instrument];
                    book.Apply(diff);
                    Assert.Equal(diff.Checksum, book.Checksum());
                    updates++;
                    break;
            }
        Assert.Equal((10, 4_269), (snapshots, updates));
        Assert.Contains("kraken:XBT-CHF", books.Keys);
    }

    [Fact]
    public void Trades_keep_order_side_and_microseconds()
    {
        var trades = Raw.Events("kraken", MarketRecordings.ReadCapture(MarketRecordings.KrakenTrades)).Cast<Trade>().ToList();

        Assert.Equal(10, trades.Count);
        Assert.All(trades, t => Assert.Null(t.TradeId));
        Assert.Equal(
            ("kraken:XMR-USD", 354.11000000m, 0.89594024m, true),
            (trades[0].Instrument, trades[0].Price, trades[0].Quantity, trades[0].BuyerIsMaker));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(16186781425575350), trades[0].Time);
        Assert.False(trades[1].BuyerIsMaker);
    }

    [Fact]
    public void Tickers_are_filtered()
    {
        var outcomes = MarketRecordings.ReadCapture(MarketRecordings.KrakenTickers)
            .Select(m => Raw.Parse("kraken", m))
            .CountBy(p => (p.Outcome, p.Reason))
            .ToDictionary();

        Assert.All(outcomes.Keys, k => Assert.Equal(ParseOutcome.Filtered, k.Outcome));
        Assert.True(outcomes[(ParseOutcome.Filtered, FilterReasons.OtherStream)] > 0);
        Assert.Equal(11, outcomes[(ParseOutcome.Filtered, FilterReasons.Status)]);
    }

    /// <summary>A book of its own, as plain as Kraken's documentation tells it.</summary>
    private sealed class Sides
    {
        private readonly SortedDictionary<decimal, decimal> _bids = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
        private readonly SortedDictionary<decimal, decimal> _asks = [];

        public Sides(IEnumerable<PriceLevel> bids, IEnumerable<PriceLevel> asks)
        {
            Set(_bids, bids);
            Set(_asks, asks);
        }

        public void Apply(DepthDiff diff)
        {
            Set(_bids, diff.Bids);
            Set(_asks, diff.Asks);
        }

        public uint Checksum()
        {
            var text = new StringBuilder();
            foreach (var level in _asks.Take(10).Concat(_bids.Take(10)))
                text.Append(Digits(level.Key)).Append(Digits(level.Value));
            return Crc32(Encoding.ASCII.GetBytes(text.ToString()));
        }

        /// <summary>CRC-32 of ISO 3309, bit by bit.</summary>
        private static uint Crc32(byte[] bytes)
        {
            var crc = uint.MaxValue;
            foreach (var b in bytes)
            {
                crc ^= b;
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }
            return ~crc;
        }

        private static string Digits(decimal value) =>
            value.ToString(CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal).TrimStart('0');

        private static void Set(SortedDictionary<decimal, decimal> side, IEnumerable<PriceLevel> levels)
        {
            foreach (var (price, quantity) in levels)
            {
                // The key keeps the digits of its first time: take the new ones.
                side.Remove(price);
                if (quantity != 0)
                    side[price] = quantity;
            }
            while (side.Count > 1_000)
                side.Remove(side.Keys.Last());
        }
    }
}
