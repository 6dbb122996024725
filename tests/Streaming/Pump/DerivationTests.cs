using System.Collections.Concurrent;
using System.Text;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>What is derived stands in the order of what it was derived from, whatever the disk does: origins are compared by it.</summary>
public sealed class DerivationTests
{
    [Fact]
    public async Task Nothing_is_derived_behind_a_record_that_was_not_appended()
    {
        var disk = new SimulatedFileSystem();
        await using var harness = await PumpHarness.Create(disk: disk);
        for (var number = 0; number < 4; number++)
            await harness.Append("a", $"{number}", CopiedNumbers.From);
        var failures = 0;
        var handedIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        disk.Before = async (operation, path) =>
        {
            if (operation != DiskOperation.Sync || !path.Contains("/numbers/", StringComparison.Ordinal) || Interlocked.Increment(ref failures) > 1)
                return;
            await handedIn.Task;
            throw new IOException("the disk is full");
        };

        var met = false;
        await harness.JoinCopying(record =>
        {
            if (record.Offset != 1 || met)
                return;
            met = true;
            // On the pump's turn, so that it cannot take notice yet: the failure of the record before is reported, and that of one
            // that was handed in behind it.
            var behind = harness.Append("nobody", "behind");
            handedIn.SetResult();
            Assert.True(((IAsyncResult)behind).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
            Assert.IsType<EventLogException>(behind.Exception!.InnerException);
        });
        var derived = new List<string>();
        await Support.Eventually.HoldsAsync(
            async () =>
            {
                derived.Clear();
                await foreach (var record in harness.Read(0))
                    derived.Add(Encoding.UTF8.GetString(record.Value.Span));
                return derived.Contains("3");
            },
            TimeSpan.FromSeconds(30),
            "all is derived");
        Assert.True(met);
        Assert.Equal(["0", "1", "2", "3"], derived);
    }

    [Fact]
    public async Task Going_back_without_getting_further_waits_longer_each_time_up_to_a_bound()
    {
        var disk = new SimulatedFileSystem();
        await using var harness = await PumpHarness.Create(disk: disk);
        (harness.Options.BackoffMin, harness.Options.BackoffMax) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
        await harness.Append("a", "0", CopiedNumbers.From);
        var full = true;
        disk.Before = (operation, path) =>
            Volatile.Read(ref full) && operation == DiskOperation.Sync && path.Contains("/numbers/", StringComparison.Ordinal)
                ? throw new IOException("the disk is full")
                : ValueTask.CompletedTask;

        var time = new ManualTime();
        var attempts = new ConcurrentQueue<DateTimeOffset>();
        await harness.JoinCopying(_ => attempts.Enqueue(time.GetUtcNow()), time);
        await Support.Eventually.Holds(
            () =>
            {
                if (attempts.Count >= 7)
                    return true;
                time.Advance(TimeSpan.FromMilliseconds(100));
                return false;
            },
            TimeSpan.FromSeconds(60),
            "it goes back again and again");
        var at = attempts.ToArray();
        // The first time costs nothing; then 1, 2, 4, 4, 4 s at the least.
        int[] waits = [0, 1, 2, 4, 4, 4];
        for (var i = 0; i < waits.Length; i++)
            Assert.True(at[i + 1] - at[i] >= TimeSpan.FromSeconds(waits[i]), $"attempt {i + 1} came {at[i + 1] - at[i]} after the one before");

        Volatile.Write(ref full, false);
        await Support.Eventually.HoldsAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                await foreach (var record in harness.Read(0))
                    return Encoding.UTF8.GetString(record.Value.Span) == "0";
                return false;
            },
            TimeSpan.FromSeconds(60),
            "with room on the disk it goes on");
    }
}
