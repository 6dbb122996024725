using System.Threading.Channels;
using StreamForge.Silo.Files;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Storage;

/// <summary>Group commit: each target by itself and once at a time, what gathers meanwhile goes next, and no failure or slowness is shared.</summary>
public sealed class GroupCommitterTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly GroupCommitter _committer = new();

    public async ValueTask DisposeAsync() => await _committer.DisposeAsync().AsTask().WaitAsync(Deadline);

    [Fact]
    public async Task A_slow_target_delays_no_other()
    {
        var (slow, fast) = (new Disk(_committer, isSlow: true), new Disk(_committer));
        var waits = slow.Write();
        await slow.Begun(1);
        for (var i = 0; i < 10; i++)
            await fast.Write().WaitAsync(Deadline);
        Assert.False(waits.IsCompleted);
        Assert.Equal(10, fast.Sizes.Count);
        slow.Finish();
        await waits.WaitAsync(Deadline);
    }

    [Fact]
    public async Task What_comes_during_a_commit_gathers_for_the_next_one()
    {
        var disk = new Disk(_committer, isSlow: true);
        var first = disk.Write();
        await disk.Begun(1);
        var gathered = Enumerable.Range(0, 5).Select(_ => disk.Write()).ToArray();
        disk.Finish();
        await first.WaitAsync(Deadline);
        await disk.Begun(2);
        disk.Finish();
        await Task.WhenAll(gathered).WaitAsync(Deadline);
        Assert.Equal([1, 5], disk.Sizes);
    }

    [Fact]
    public async Task Commits_of_a_target_never_overlap_however_many_write()
    {
        var disks = Enumerable.Range(0, 4).Select(_ => new Disk(_committer)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; i < 200; i++)
                await disks[(writer + i) % disks.Length].Write();
        })).WaitAsync(Deadline);
        Assert.All(disks, disk => Assert.False(disk.Overlapped));
        Assert.Equal(16 * 200, disks.Sum(disk => disk.Sizes.Sum()));
    }

    [Fact]
    public async Task A_barrier_waits_for_what_was_enqueued_before_it_and_for_nothing_later()
    {
        var (disk, later) = (new Disk(_committer, isSlow: true), new Disk(_committer, isSlow: true));
        var first = disk.Write();
        await disk.Begun(1);
        var gathered = disk.Write();
        var barrier = _committer.Barrier();
        var behind = later.Write();

        disk.Finish();
        await first.WaitAsync(Deadline);
        await disk.Begun(2);
        Assert.False(barrier.IsCompleted);

        disk.Finish();
        await barrier.WaitAsync(Deadline);
        Assert.True(gathered.IsCompleted);
        Assert.False(behind.IsCompleted);
        await later.Begun(1);
        later.Finish();
        await behind.WaitAsync(Deadline);
        await _committer.Barrier().WaitAsync(Deadline);
    }

    [Fact]
    public async Task Disposing_waits_for_the_last_commit_that_gathered()
    {
        var disk = new Disk(_committer, isSlow: true);
        var first = disk.Write();
        await disk.Begun(1);
        var last = disk.Write();
        var disposed = _committer.DisposeAsync().AsTask();
        disk.Finish();
        await disk.Begun(2);
        Assert.False(disposed.IsCompleted);
        disk.Finish();
        await disposed.WaitAsync(Deadline);
        Assert.True(first.IsCompletedSuccessfully && last.IsCompletedSuccessfully);
        await _committer.Barrier().WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_failing_target_tells_those_who_wait_for_it_and_nobody_else()
    {
        var (broken, sound) = (new Disk(_committer) { IsBroken = true }, new Disk(_committer));
        var (lost, kept) = (broken.Write(), sound.Write());
        await kept.WaitAsync(Deadline);
        await Assert.ThrowsAsync<IOException>(() => lost.WaitAsync(Deadline));
        await _committer.Barrier().WaitAsync(Deadline);

        broken.IsBroken = false;
        await broken.Write().WaitAsync(Deadline);
    }

    /// <summary>Gathers writes as a log does, and commits them in its own time.</summary>
    private sealed class Disk(GroupCommitter committer, bool isSlow = false) : ICommitTarget
    {
        private readonly Lock _lock = new();
        private readonly Channel<bool> _finish = Channel.CreateUnbounded<bool>();
        private readonly List<int> _sizes = [];
        private List<TaskCompletionSource> _pending = [];
        private int _committing;

        public bool IsBroken { get; set; }

        public bool Overlapped { get; private set; }

        /// <summary>How many writes each commit held, in order.</summary>
        public IReadOnlyList<int> Sizes
        {
            get
            {
                lock (_lock)
                    return [.. _sizes];
            }
        }

        public Task Write()
        {
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            bool isFirst;
            lock (_lock)
            {
                isFirst = _pending.Count == 0;
                _pending.Add(written);
            }

            if (isFirst)
                committer.Enqueue(this);
            return written.Task;
        }

        public Task Begun(int commits) => Eventually.Holds(() => Sizes.Count >= commits, Deadline, $"commit {commits} began");

        /// <summary>Lets one slow commit come to its end.</summary>
        public void Finish() => Assert.True(_finish.Writer.TryWrite(true));

        public async Task Commit()
        {
            Overlapped |= Interlocked.Increment(ref _committing) > 1;
            List<TaskCompletionSource> batch;
            lock (_lock)
            {
                (batch, _pending) = (_pending, []);
                _sizes.Add(batch.Count);
            }

            if (isSlow)
                await _finish.Reader.ReadAsync();
            else
                await Task.Yield();
            Interlocked.Decrement(ref _committing);
            foreach (var write in batch)
                if (IsBroken)
                    write.SetException(new IOException("The disk is gone."));
                else
                    write.SetResult();
        }
    }
}
