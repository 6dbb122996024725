using System.Buffers;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Book;
using StreamForge.Grains.State;

namespace StreamForge.Tests.Market.Instruments;

public sealed class OrderBookTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 25)]
    [InlineData(4, 100)]
    public void Equals_a_sorted_map_under_any_changes(int seed, int limit)
    {
        var random = new Random(seed);
        var book = new OrderBook();
        book.Replace(Snapshot([], [], limit));
        var bids = new SortedDictionary<decimal, decimal>(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
        var asks = new SortedDictionary<decimal, decimal>();
        for (var step = 0; step < 5_000; step++)
        {
            var (b, a) = (Changes(random, 0, 300), Changes(random, 301, 600));
            book.Apply([.. b], [.. a]);
            Apply(bids, b, limit);
            Apply(asks, a, limit);
            if (step % 10 != 0)
                continue;
            Same(bids, book.Bids);
            Same(asks, book.Asks);
            if (step % 500 == 0)
                book = Reload(book);
        }

        Assert.Equal(0, book.Crossed);
    }

    [Theory]
    [InlineData("0.000022900", "13355.87450757")]
    [InlineData("61800.20", "0.014")]
    [InlineData("79228162514264337593543950335", "0.0000000000000000000000000001")]
    [InlineData("7.6110", "813")]
    public void Digits_survive_storage(string price, string quantity)
    {
        var level = new PriceLevel(decimal.Parse(price), decimal.Parse(quantity));
        var book = new OrderBook();
        book.Replace(Snapshot([level, new PriceLevel(0.5m, 1.00m)], [level], 0));
        var copy = Reload(book);
        Assert.Equal(decimal.GetBits(level.Price), decimal.GetBits(copy.Asks[0].Price));
        Assert.Equal(decimal.GetBits(level.Quantity), decimal.GetBits(copy.Asks[0].Quantity));
        var bid = Assert.Single(copy.Bids.Top(9), l => l.Price == level.Price);
        Assert.Equal(decimal.GetBits(level.Quantity), decimal.GetBits(bid.Quantity));
        Assert.Equal(decimal.GetBits(1.00m), decimal.GetBits(Assert.Single(copy.Bids.Top(9), l => l.Price == 0.5m).Quantity));
    }

    [Fact]
    public void A_crossed_book_is_counted()
    {
        var book = new OrderBook();
        book.Apply([new PriceLevel(10, 1)], [new PriceLevel(11, 1)]);
        Assert.Equal(0, book.Crossed);
        book.Apply([new PriceLevel(11, 1)], []);
        Assert.Equal(1, book.Crossed);
    }

    [Fact]
    public void A_thousand_levels_a_side_take_few_bytes()
    {
        var random = new Random(1);
        var levels = Enumerable.Range(0, 1_000).Select(i => new PriceLevel(61_000.00m + (i / 10m), random.Next(1, 5_000) / 1_000m)).ToArray();
        var book = new OrderBook();
        book.Replace(Snapshot([.. levels.Reverse()], levels, 0));
        var buffer = new ArrayBufferWriter<byte>();
        book.Write(new StateWriter(buffer));
        Assert.InRange(buffer.WrittenCount, 1, 2 * 1_000 * 8);
    }

    [Fact]
    public void Levels_out_of_order_are_no_state()
    {
        var buffer = new ArrayBufferWriter<byte>();
        BookSide upsideDown = new(bids: false);
        upsideDown.Set(new PriceLevel(1, 1));
        upsideDown.Set(new PriceLevel(2, 1));
        upsideDown.Write(new StateWriter(buffer));
        Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new StateReader(buffer.WrittenSpan);
            new BookSide(bids: true).Read(ref reader);
        });
    }

    private static List<PriceLevel> Changes(Random random, int low, int high)
    {
        var changes = new List<PriceLevel>();
        for (var n = random.Next(0, 6); n > 0; n--)
            changes.Add(new PriceLevel(
                random.Next(low, high) / 10m + 0.1m, random.NextDouble() < 0.45 ? 0 : random.Next(1, 10_000) / 1_000m));
        return changes;
    }

    private static void Apply(SortedDictionary<decimal, decimal> side, List<PriceLevel> changes, int limit)
    {
        foreach (var (price, quantity) in changes)
            if (quantity == 0)
                side.Remove(price);
            else
                side[price] = quantity;
        while (limit > 0 && side.Count > limit)
            side.Remove(side.Keys.Last());
    }

    private static void Same(SortedDictionary<decimal, decimal> expected, BookSide side) =>
        Assert.Equal(expected.Select(l => new PriceLevel(l.Key, l.Value)), side.Top(int.MaxValue));

    private static OrderBook Reload(OrderBook book)
    {
        var buffer = new ArrayBufferWriter<byte>();
        book.Write(new StateWriter(buffer));
        var copy = new OrderBook();
        var reader = new StateReader(buffer.WrittenSpan);
        copy.Read(ref reader);
        reader.End();
        return copy;
    }

    private static DepthSnapshot Snapshot(PriceLevel[] bids, PriceLevel[] asks, int limit) => new()
    {
        Instrument = "x:Y",
        ReceivedAt = default,
        Bids = [.. bids],
        Asks = [.. asks],
        DepthLimit = limit,
    };
}
