using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Market;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>
/// A venue whose events are dropped, doubled and reordered on the way, a parser that emits twice, a grain that crashes, snapshots at any
/// time: the end equals what the venue says, and nothing wrong was claimed on the way.
/// </summary>
public sealed class FaultHistoryTests
{
    private const string Instrument = "binance:TESTUSDT";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_happens_on_the_way_the_end_is_the_venues(int seed)
    {
        for (var run = 0; run < 40; run++)
            new History((seed * 1_000) + run).Run();
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly string _what;
        private readonly VenueModel _venue;
        private readonly LogDriver _driver;
        private readonly List<(MarketEvent Item, double At)> _network = [];
        private readonly List<(RepairRequest Request, double At, InstrumentCore By)> _asked = [];
        private readonly double _loss;
        private double _time;

        public History(int seed)
        {
            _random = new Random(seed);
            _what = $"seed {seed}";
            _loss = _random.NextDouble() * 0.15;
            var options = new MarketOptions
            {
                HeldEvents = _random.Next(2, 50),
                TradeHoles = 200,
                TradesPerRepair = _random.Next(2, 30),
                TapeLength = 50,
                DepthRepair = Pacing(),
                TradeRepair = Pacing(),
            };
            _driver = new LogDriver(Instrument, options, _what);
            _venue = new VenueModel(_random, Instrument, _driver.Now);
            _driver.Start();
        }

        public void Run()
        {
            for (var step = 0; step < 400; step++)
            {
                Advance(_random.NextDouble() * 0.4);
                Send(_random.NextDouble() switch
                {
                    < 0.5 => _venue.ChangeBook(),
                    < 0.8 => _venue.MakeTrade(),
                    < 0.97 => _venue.Digest(),
                    _ => _venue.Snapshot(),
                });
                if (_random.NextDouble() < 0.05)
                    _driver.Flush();
                if (_random.NextDouble() < 0.02)
                    _driver.Crash();
                if (_random.NextDouble() < 0.02)
                    _driver.ReEmit(_random.Next(1, 5));
                AssertHonest();
            }

            // What is sent last arrives: nothing can show a loss that nothing follows.
            _network.Add((_venue.MakeTrade(), _time));
            _network.Add((_venue.Digest(), _time));
            for (var i = 0; i < 4_000 && !IsClean(); i++)
                Advance(0.1);
            AssertEnd();
        }

        private static RepairPacing Pacing() => new()
        {
            Grace = TimeSpan.FromSeconds(1),
            AnswerWithin = TimeSpan.FromSeconds(3),
            BackoffFirst = TimeSpan.FromMilliseconds(100),
            BackoffMost = TimeSpan.FromSeconds(2),
        };

        private bool IsClean() =>
            _network.Count == 0 && _asked.Count == 0 && _driver.State is { BookStarted: true, DepthGap: null, TradeIds.Gap: null }
            && _driver.State.Sequence.Sequence == _venue.Sequence;

        private void Send(MarketEvent item)
        {
            for (var copies = _random.NextDouble() < 0.1 ? 2 : 1; copies > 0; copies--)
                if (_random.NextDouble() >= _loss)
                    _network.Add((item, _time + (_random.NextDouble() < 0.1 ? _random.NextDouble() * 2 : 0)));
        }

        private void Advance(double seconds)
        {
            _time += seconds;
            _venue.Now = _driver.Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(_time);
            foreach (var (item, at) in _network.OrderBy(n => n.At).ToList())
                if (at <= _time)
                {
                    _driver.Append(item);
                    _network.Remove((item, at));
                }

            _driver.Core.Tick(_network.Count == 0 ? _driver.Now : null, _network.Count == 0 ? _driver.Now : null, _driver.Now);
            while (_driver.Core.NextRepair(_driver.Now) is { } request)
            {
                Assert.True(_asked.All(a => a.Request.Kind != request.Kind || a.By != _driver.Core), $"{_what}: asked twice at once");
                _asked.Add((request, _time + (_random.NextDouble() * 2), _driver.Core));
            }

            foreach (var (request, at, by) in _asked.ToList())
                if (at <= _time)
                {
                    Answer(request, by);
                    _asked.Remove((request, at, by));
                }
        }

        private void Answer(RepairRequest request, InstrumentCore by)
        {
            var answered = _random.NextDouble() > 0.2;
            if (answered && _random.NextDouble() > 0.1)
                _driver.Append(
                    request.Kind == RepairKind.DepthSnapshot ? _venue.Snapshot() : _venue.Range(request.From!.Value, request.To!.Value),
                    request.Id);
            by.RepairEnded(request, new RepairOutcome(answered), _driver.Now);
        }

        /// <summary>The book is the venue's of some moment: of the sequence that it says.</summary>
        private void AssertHonest()
        {
            var feed = new FeedStanding(_driver.Now, true, false, false, null);
            _driver.Core.Observe(feed, feed, _driver.Now);
            var view = _driver.Core.View();
            if (view.Book.Status != Contracts.Integrity.FreshnessStatus.Live || _network.Count > 0)
                return;
            if (view.Freshness.Sequence == _venue.Sequence)
                AssertBook();
            Assert.True(
                view.Freshness.Sequence <= _venue.Sequence, $"{_what}: {view.Freshness.Sequence} of {_venue.Sequence}");
        }

        private void AssertBook()
        {
            var book = _driver.Core.Book(int.MaxValue);
            Assert.True(_venue.Bids.SequenceEqual(book.Bids), $"{_what}: bids");
            Assert.True(_venue.Asks.SequenceEqual(book.Asks), $"{_what}: asks");
        }

        private void AssertEnd()
        {
            Assert.True(
                IsClean(),
                $"{_what}: {_driver.State.DepthGap} {_driver.State.TradeIds.Gap} {_driver.State.Sequence.Sequence} of {_venue.Sequence}");
            AssertBook();
            var first = _driver.State.Candles.Bars.Count == 0 ? 0 : _venue.Trades[0].TradeId!.Value;
            // The stream starts with the first id that arrived: ids before it are not claimed.
            var start = _venue.Trades.First(t => _driver.State.TradeIds.Offer(t.TradeId!.Value, t.Time, t.ReceivedAt, _driver.Now)
                == Grains.Integrity.Gates.GateVerdict.Duplicate).TradeId!.Value;
            Assert.True(start - first < 40, $"{_what}: starts at {start}");
            CandleAssert.Equal(_venue.Trades.Where(t => t.TradeId >= start), _driver.State.Candles.Bars, _what);
            var newest = _venue.Trades.Reverse().Take(50).Where(t => t.TradeId >= start).Select(t => t.TradeId);
            Assert.True(newest.SequenceEqual(_driver.Core.Trades(50).Trades.Select(t => t.TradeId)), $"{_what}: tape");
        }
    }
}
