using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Clients;
using StreamForge.Grains.Integrity;

namespace StreamForge.Tests.Clients.Rules;

/// <summary>
/// Random histories of a client over a link that loses, repeats and reorders, with sources that fail and servers that lag: nothing is
/// live that is not the truth, and in the end all is both.
/// </summary>
public sealed class ClientHistoryTests
{
    [Fact]
    public void Whatever_the_link_does_the_cache_comes_to_the_truth_and_never_calls_live_what_is_not()
    {
        var start = Environment.TickCount & 0xFFFF;
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds from {start}");
        for (var seed = start; seed < start + 25; seed++)
            new History(seed).Run();
    }

    private sealed class History
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly BankModel _bank;
        private readonly ClientDriver _driver = new(TestEvents.Client);
        private readonly Dictionary<string, List<ClientEvent>> _onTheWay = [];
        private readonly Queue<RepairRequest> _asked = [];
        // What was lost of a stream without anything after it to tell: the cache cannot know yet.
        private readonly HashSet<string> _silent = [];
        private int _loss;

        public History(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            _bank = new BankModel(_random);
            _loss = _random.Next(4) switch { 0 => 0, var n => n * 5 };
        }

        public void Run()
        {
            for (var step = 0; step < 400; step++)
            {
                if (_random.Next(3) > 0)
                    Publish(_bank.Happen());
                Deliver();
                _driver.Pass(TimeSpan.FromMilliseconds(_random.Next(800)));
                Repair(fails: 30, lags: 40);
                CheckLive();
                if (_random.Next(10) == 0)
                    _driver.Forward();
                if (_random.Next(40) == 0)
                    Restart();
            }

            Settle();
        }

        private void Publish(IReadOnlyList<ClientEvent> events)
        {
            foreach (var item in events)
            {
                var stream = StreamOf(item);
                if (_random.Next(100) < _loss)
                {
                    _silent.Add(stream);
                    continue;
                }

                _silent.Remove(stream);
                var way = _onTheWay.TryGetValue(stream, out var known) ? known : _onTheWay[stream] = [];
                way.Insert(_random.Next(8) == 0 ? _random.Next(way.Count + 1) : way.Count, item);
                if (_random.Next(10) == 0)
                    way.Add(item);
            }
        }

        private void Deliver()
        {
            foreach (var way in _onTheWay.Values.ToList())
                for (var n = _random.Next(3); n > 0 && way.Count > 0; n--)
                {
                    var item = way[0];
                    way.RemoveAt(0);
                    _driver.Accept(item);
                }
        }

        private void Repair(int fails, int lags)
        {
            while (_driver.Core.NextRepair(_driver.Now) is { } request)
                _asked.Enqueue(request);
            for (var n = _random.Next(1, 3); n > 0 && _asked.TryDequeue(out var request); n--)
            {
                if (_random.Next(100) < fails)
                {
                    _driver.Core.RepairEnded(request, new RepairOutcome(false, "failed"), _driver.Now);
                    continue;
                }

                var answer = _bank.Answer(request, _random.Next(100) < lags ? _random.Next(6) : 0);
                // The answer may be in the log before the request is known to have ended.
                var early = _random.Next(2) == 0;
                if (early)
                    _driver.Accept(answer, repairId: request.Id);
                _driver.Core.RepairEnded(request, new RepairOutcome(true), _driver.Now);
                if (!early)
                    _driver.Accept(answer, repairId: request.Id);
            }
        }

        private void Restart()
        {
            // Requests in flight are forgotten with the activation.
            _asked.Clear();
            _driver.Restart();
            _driver.Observe();
        }

        /// <summary>What is live and has nothing on its way must be the truth, unless what was lost last left no sign.</summary>
        private void CheckLive()
        {
            foreach (var register in RegisterWords.All)
            {
                var view = _driver.Core.ViewOf(register);
                var stream = RegisterWords.Of(register);
                if (view.Freshness.Status == FreshnessStatus.Live && !_silent.Contains(stream)
                    && (!_onTheWay.TryGetValue(stream, out var way) || way.Count == 0) && view.Freshness.Watermark == _driver.Now)
                    Assert.True(Equal(register, view), $"seed {_seed}: {stream} is live at {view.Freshness.Sequence} of {_bank.SequenceOf(register)}, and not the truth");
            }
        }

        private bool Equal(Register register, RegisterView view) =>
            _bank.Of(register).Values.Select(Text).SequenceEqual(view.Entries.Select(Text));

        // Records compare lists by reference.
        private static string Text(RegisterEntry entry) => entry is Account account ? $"{account with { Holds = [] }}" : entry.ToString();

        private void Settle()
        {
            _loss = 0;
            foreach (var register in RegisterWords.All)
                if (_bank.SequenceOf(register) > 0)
                    Publish([TestEvents.Digest(register, _bank.SequenceOf(register))]);
            for (var round = 0; round < 2_000 && !IsSettled(); round++)
            {
                Deliver();
                _driver.Pass(TimeSpan.FromSeconds(1));
                Repair(fails: 10, lags: 10);
            }

            _driver.Forward();
            foreach (var register in RegisterWords.All)
            {
                var view = _driver.Core.ViewOf(register);
                Assert.True(
                    _bank.SequenceOf(register) == 0 || view.Freshness.Status == FreshnessStatus.Live && Equal(register, view),
                    $"seed {_seed}: {register} ended as {view.Freshness.Status} ({view.Freshness.Reason}) at {view.Freshness.Sequence} of {_bank.SequenceOf(register)}");
            }

            var expected = _bank.Postings.SelectMany(account => account.Value.Select(posting => (account.Key, posting))).ToList();
            Assert.True(
                expected.Count == _driver.Months.Count && expected.All(one => _driver.Months[(one.Key, one.posting.Number)] == one.posting),
                $"seed {_seed}: {_driver.Months.Count} postings of {expected.Count}");
            var counts = _driver.Totals;
            Assert.Equal(_driver.Fed, counts.Applied + counts.Duplicate + counts.Filtered + counts.Superseded);
        }

        private bool IsSettled() =>
            _onTheWay.Values.All(way => way.Count == 0) && _asked.Count == 0
            && RegisterWords.All.All(register => _bank.SequenceOf(register) == 0
                || _driver.Core.ViewOf(register).Freshness is { Status: FreshnessStatus.Live } fresh && fresh.Sequence == _bank.SequenceOf(register))
            && (_bank.Postings.Count == 0 || _driver.Core.PostingFreshness.Status == FreshnessStatus.Live)
            && _bank.Postings.All(account => _driver.State.FindPostings(account.Key)?.Sequence == account.Value.Count);

        private static string StreamOf(ClientEvent item) => item switch
        {
            RegisterChange change => RegisterWords.Of(change.Register),
            RegisterDigest digest => RegisterWords.Of(digest.Register),
            PostingsBooked booked => $"postings {booked.Account}",
            _ => "answers",
        };
    }
}
