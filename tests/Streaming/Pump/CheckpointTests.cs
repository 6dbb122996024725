using System.Globalization;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>A checkpoint is a burst of work: partitions have theirs apart, and each lets other work between.</summary>
public class CheckpointTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(100)]
    public void Partitions_have_their_checkpoints_apart(int partitions)
    {
        var phases = Enumerable.Range(0, partitions).Select(PartitionPump.CheckpointPhase).Order().ToArray();
        Assert.All(phases, phase => Assert.InRange(phase, 0.0001, 1));
        // Around the clock: the last of an interval and the first of the next one too.
        var gaps = phases.Zip(phases.Skip(1).Append(phases[0] + 1), (one, next) => next - one);
        // Evenly spread, each gap would be 1 / partitions: the golden ratio's are between 0.38 and 1.9 times that.
        Assert.All(gaps, gap => Assert.InRange(gap * partitions, 0.35, 2.0));
    }

    [Fact]
    public async Task A_checkpoint_flushes_few_grains_at_once_and_the_last_one_all()
    {
        await using var harness = await PumpHarness.Create();
        var gate = new FlushGate();
        var keys = Enumerable.Range(0, 40).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        foreach (var key in keys)
        {
            harness.Grain(key).BeforeFlush = gate.Enter;
            await harness.Append(key, "1");
        }

        var group = await harness.Join();
        await PumpHarness.Holds(() => gate.Waiting == 8, "eight grains flush");
        Assert.Equal(8, gate.Most);
        var ended = group.DisposeAsync().AsTask();
        gate.Open();
        await ended;
        await harness.AllDurable();

        // All are dirty again when it ends, with a checkpoint long away: that one asks all at once.
        gate.Shut();
        harness.Options.CheckpointMin = TimeSpan.FromMinutes(1);
        var last = await harness.Join();
        foreach (var key in keys)
            await harness.Append(key, "2");
        await PumpHarness.Holds(() => keys.All(key => harness.Grain(key).Values.Count == 2), "all is applied");
        ended = last.DisposeAsync().AsTask();
        await PumpHarness.Holds(() => gate.Waiting == keys.Length, "all grains flush");
        gate.Open();
        await ended;
        await harness.AllDurable();
    }

    /// <summary>Where flushes wait until they may go on; counts them.</summary>
    private sealed class FlushGate
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;

        public int Most { get; private set; }

        public int Waiting
        {
            get
            {
                lock (_lock)
                    return _waiting;
            }
        }

        public async Task Enter()
        {
            Task open;
            lock (_lock)
            {
                open = _open.Task;
                _waiting++;
                Most = Math.Max(Most, _waiting);
            }

            await open;
            lock (_lock)
                _waiting--;
        }

        public void Open() => _open.TrySetResult();

        public void Shut()
        {
            lock (_lock)
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
