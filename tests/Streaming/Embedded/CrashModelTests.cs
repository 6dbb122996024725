using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;
using static StreamForge.Tests.Streaming.Embedded.LogHarness;

namespace StreamForge.Tests.Streaming.Embedded;

/// <summary>
/// The log beside a model, through crashes at random moments: in the middle of a write, of a sync, of a rotation. What was
/// acknowledged is there; what is there was appended, once and in order.
/// </summary>
public sealed class CrashModelTests(ITestOutputHelper output)
{
    private const int Partitions = 3;
    private const int Lives = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Nothing_acknowledged_is_lost_and_nothing_foreign_is_found(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var files = new SimulatedFileSystem();
        var model = new Model();
        Guid? logId = null;
        for (var life = 0; life < Lives; life++)
        {
            files.Before = null;
            var log = await Open(files, new EmbeddedLogOptions { SegmentBytes = 2_000, TailCacheBytes = 1_000 }, seed: seed + life);
            var topic = await log.EnsureTopic(new TopicSpec(TopicName, Partitions), CancellationToken.None);
            Assert.Equal(logId ??= topic.LogId, topic.LogId);
            await model.Check(log);

            CrashAfter(files, operations: random.Next(1, 60), seed: random.Next());
            await Live(log, model, life);
            await log.DisposeAsync();
        }

        files.Before = null;
        await using var last = await Open(files);
        await model.Check(last);
        output.WriteLine($"{model.Acknowledged} of {model.Appended} records acknowledged");
        Assert.True(model.Acknowledged > Lives, "the lives were too short to say anything");
    }

    private static void CrashAfter(SimulatedFileSystem files, int operations, int seed)
    {
        var left = operations;
        files.Before = (_, _) =>
        {
            if (Interlocked.Decrement(ref left) == 0)
                files.Crash(new Random(seed));
            return ValueTask.CompletedTask;
        };
    }

    /// <summary>Appends, now and then waiting, and commits for a group, until the machine crashes.</summary>
    private static async Task Live(SegmentEventLog log, Model model, int life)
    {
        var handler = new RecordingHandler();
        var member = await log.Join("group", [TopicName], handler, CancellationToken.None);
        await Eventually.Holds(() => handler.Owned.Count == Partitions, Deadline, "the member owns all");
        model.CheckCommits(handler);
        await using var producer = log.CreateProducer();
        var appends = new List<Task>();
        for (var i = 0; ; i++)
        {
            var partition = i % Partitions;
            var value = $"{life}:{i}:" + new string('.', i * 37 % 400);
            var append = model.Append(producer, partition, value);
            appends.Add(append);
            if (i % 5 != 4)
                continue;
            await Task.WhenAll(appends);
            if (!await append || !await model.Commit(handler[Partition(partition)], i))
                break;
        }

        await Task.WhenAll(appends);
        await member.DisposeAsync();
    }

    private sealed class Model
    {
        private readonly Lock _lock = new();
        private readonly List<string>[] _appended = [.. Enumerable.Range(0, Partitions).Select(_ => new List<string>())];
        private readonly Dictionary<(int, long), string> _acknowledged = [];
        private readonly Dictionary<TopicPartition, (long Known, long Attempted)> _commits = [];

        public int Acknowledged => _acknowledged.Count;

        public int Appended => _appended.Sum(a => a.Count);

        /// <summary>Appends; false where the log says that it could not.</summary>
        public async Task<bool> Append(IEventProducer producer, int partition, string value)
        {
            lock (_lock)
                _appended[partition].Add(value);
            try
            {
                var at = await producer.Append(Record(value, partition), CancellationToken.None);
                lock (_lock)
                    _acknowledged.Add((partition, at.Offset), value);
                return true;
            }
            catch (EventLogException)
            {
                return false;
            }
        }

        public async Task<bool> Commit(IAssignedPartition partition, long offset)
        {
            var known = _commits.GetValueOrDefault(partition.Partition).Known;
            _commits[partition.Partition] = (known, offset);
            try
            {
                await partition.Commit(offset, CancellationToken.None);
                _commits[partition.Partition] = (offset, offset);
                return true;
            }
            catch (EventLogException)
            {
                return false;
            }
        }

        public void CheckCommits(RecordingHandler handler)
        {
            foreach (var (partition, (known, attempted)) in _commits)
            {
                var stored = handler[partition].Committed ?? 0;
                Assert.True(stored == known || stored == attempted, $"{partition}: {stored} is stored, not {known} or {attempted}");
                _commits[partition] = (stored, stored);
            }
        }

        public async Task Check(IEventLog log)
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                var found = await ReadAll(log, partition);
                Assert.Equal(found.Select(r => r.Offset).Distinct().Order(), found.Select(r => r.Offset));
                var byOffset = found.ToDictionary(r => r.Offset, r => r.Value);
                foreach (var ((p, offset), value) in _acknowledged)
                    if (p == partition)
                        Assert.Equal(value, byOffset.GetValueOrDefault(offset));

                var order = found.Select(r => _appended[partition].IndexOf(r.Value)).ToList();
                Assert.DoesNotContain(-1, order);
                Assert.Equal(order.Distinct().Order(), order);
            }
        }
    }
}
