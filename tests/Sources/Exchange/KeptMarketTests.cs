using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Recordings;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Sources.Exchange;

/// <summary>A generated market over restarts and crashes: it goes on, and nothing is ever told in two versions.</summary>
public sealed class KeptMarketTests : IDisposable
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly GeneratorOptions _options = new() { Seed = 7, Instruments = 3, Rate = 50 };
    private readonly TempFolder _folder = new();

    private string Folder => Path.Combine(_folder.Path, "market");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ended_and_started_again_it_tells_the_same_as_one_that_never_ended()
    {
        using var whole = new GeneratedMarket(_options);
        var expected = whole.Take(6_000).Select(Text).ToList();
        var told = new List<string>();
        // Some ends in the middle of a block, some over several states.
        foreach (var count in new[] { 1, 49, 950, 3_000, 2_000 })
        {
            var keeper = Open();
            told.AddRange(Tell(keeper, count));
            keeper.End();
            keeper.Market.Dispose();
        }

        Assert.Equal(expected, told);
    }

    [Fact]
    public void After_a_crash_it_goes_on_above_all_that_was_told_and_still_has_the_trades_of_before()
    {
        var told = new Dictionary<(string Symbol, long Id), string>();
        var through = 0L;
        foreach (var count in new[] { 1, 30, 499, 1_777, 20, 3_000 })
        {
            // Not ended: the one before was killed.
            var keeper = Open();
            Assert.InRange(keeper.Market.Frames - through, 0, 50);
            var counters = keeper.Market.Known.Select(stream => stream.Symbol).Distinct()
                .ToDictionary(symbol => symbol, keeper.Market.SequenceOf);
            foreach (var (key, data) in told)
            {
                using var trades = JsonDocument.Parse(keeper.Market.Trades(key.Symbol, key.Id, 1)!);
                var trade = Assert.Single(trades.RootElement.EnumerateArray());
                Assert.Equal((key.Id, data), (trade.GetProperty("id").GetInt64(), Facts(trade, "price", "qty", "time")));
            }

            told.Clear();
            for (var i = 0; i < count; i++)
            {
                keeper.BeforeNext();
                var frame = keeper.Market.Next();
                using var message = JsonDocument.Parse(frame.Data);
                if (frame.Stream.Kind == "depth")
                    Assert.Equal(counters[frame.Stream.Symbol] + 1, frame.First);
                if (frame.Stream.Kind == "depth")
                    counters[frame.Stream.Symbol] = frame.Last;
                // What a state and a block ago was told may be asked for again.
                if (frame.Stream.Kind == "trade" && i >= count - 500)
                    told[(frame.Stream.Symbol, frame.Last)] = Facts(message.RootElement, "p", "q", "T");
            }

            through = keeper.Market.Frames;
        }
    }

    [Fact]
    public void Wherever_a_crash_falls_between_its_files_nothing_is_told_twice()
    {
        var keeper = Open();
        var told = 0L;
        var cuts = 0;
        for (var frame = 0; frame < 2_600; frame++)
        {
            var before = Files();
            keeper.BeforeNext();
            var after = Files();
            if (!Same(before, after))
            {
                cuts++;
                // In the order of writing: states, then the place. A state that was to go may still be there.
                var between = new Dictionary<string, byte[]>(after);
                foreach (var (name, content) in before)
                    between[name] = content;
                Assert.InRange(FramesOf(between), told, long.MaxValue);
                Assert.InRange(FramesOf(after), told + 1, long.MaxValue);
            }

            told = frame + 1;
            keeper.Market.Next();
        }

        Assert.True(cuts > 50, $"{cuts} cuts");
    }

    [Fact]
    public void Another_market_on_the_same_folder_has_its_sequences_above_the_former_one_s()
    {
        var highest = new Dictionary<string, long>();
        foreach (var options in new[] { _options, _options with { Seed = 8 }, _options with { Instruments = 1 }, _options with { Instruments = 4 } })
        {
            var keeper = MarketKeeper.Open(Folder, options, NullLogger.Instance);
            var first = new HashSet<string>();
            for (var i = 0; i < 2_000; i++)
            {
                keeper.BeforeNext();
                var frame = keeper.Market.Next();
                if (frame.Stream.Kind == "bookTicker")
                    continue;
                var stream = frame.Stream.Name;
                if (first.Add(stream))
                    Assert.True(frame.First > highest.GetValueOrDefault(stream), $"{stream}: {frame.First} after {highest.GetValueOrDefault(stream)}");
                highest[stream] = frame.Last;
            }

            Assert.Equal(2 * options.Instruments, first.Count);
        }
    }

    [Fact]
    public void It_goes_on_in_the_present_and_what_was_told_keeps_its_time()
    {
        var time = new ManualTime(_start);
        var first = Feed(time);
        Assert.True(first.TryPeek(out var at));
        Assert.Equal(_start, At(at));
        for (var i = 0; i < 120; i++)
            first.Next();
        // A crash, in the middle of a block of which half a second never went out.
        time.Advance(TimeSpan.FromSeconds(0.1));
        var early = Feed(time);
        Assert.True(early.TryPeek(out at));
        Assert.Equal(_start.AddSeconds(3), At(at));
        early.Next();
        time.Advance(TimeSpan.FromHours(1));
        var late = Feed(time);
        Assert.True(late.TryPeek(out at));
        Assert.Equal(time.GetUtcNow(), At(at));
    }

    [Fact]
    public void A_folder_is_told_from_by_one_at_a_time()
    {
        using (Create())
        {
            var error = Assert.Throws<IOException>(Create);
            Assert.Contains($"{Folder} is in use by process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        }

        using var next = Create();
        Assert.True(next.TryPeek(out _));

        StreamForge.Sources.Exchange.Market.IMarket Create() => MarketFactory.Create(
            new ExchangeOptions { Generator = _options, Folder = Folder }, TimeProvider.System, new BadLines(), NullLogger.Instance);
    }

    [Theory]
    [InlineData("*.state")]
    [InlineData("place.json")]
    public void A_damaged_file_is_named(string pattern)
    {
        Tell(Open(), 10);
        var path = Directory.EnumerateFiles(Folder, pattern).First();
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 3] ^= 0xFF;
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<InvalidDataException>(Open);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    private MarketKeeper Open() => MarketKeeper.Open(Folder, _options, NullLogger.Instance);

    private GeneratedFeed Feed(TimeProvider time)
    {
        var keeper = Open();
        return new GeneratedFeed(_options, keeper.Market, keeper, null, time);
    }

    private static List<string> Tell(MarketKeeper keeper, int count)
    {
        var told = new List<string>();
        for (var i = 0; i < count; i++)
        {
            keeper.BeforeNext();
            told.Add(Text(keeper.Market.Next()));
        }

        return told;
    }

    private Dictionary<string, byte[]> Files() =>
        Directory.EnumerateFiles(Folder).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes);

    private static bool Same(Dictionary<string, byte[]> one, Dictionary<string, byte[]> other) =>
        one.Count == other.Count && one.All(file => other.TryGetValue(file.Key, out var content) && content.AsSpan().SequenceEqual(file.Value));

    /// <summary>Where a market that finds these files goes on.</summary>
    private static long FramesOf(Dictionary<string, byte[]> files)
    {
        using var folder = new TempFolder();
        foreach (var (name, content) in files)
            File.WriteAllBytes(Path.Combine(folder.Path, name), content);
        return MarketKeeper.Open(folder.Path, _options, NullLogger.Instance).Market.Frames;
    }

    private static string Facts(JsonElement trade, string price, string quantity, string time) =>
        $"{trade.GetProperty(price).GetString()} {trade.GetProperty(quantity).GetString()} {trade.GetProperty(time).GetInt64()}";

    private static string Text(StreamForge.Sources.Exchange.Market.MarketFrame frame) =>
        $"{frame.AtNanos} {Encoding.UTF8.GetString(frame.Bytes.Span)}";

    private static DateTimeOffset At(long nanos) => DateTimeOffset.UnixEpoch.AddTicks(nanos / 100);
}
