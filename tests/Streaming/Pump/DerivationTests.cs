using System.Text;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;

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
}
