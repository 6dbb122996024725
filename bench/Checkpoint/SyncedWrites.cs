using System.Diagnostics;

namespace StreamForge.Bench.Checkpoint;

/// <summary>What the disk takes: large writes one after the other, each flushed before the next, as a database's log is written.</summary>
internal static class SyncedWrites
{
    private const int Block = 1 << 20;
    private const int Blocks = 64;

    /// <returns>Bytes a second.</returns>
    public static double Measure(TimeSpan time)
    {
        var path = Path.Combine(Path.GetTempPath(), $"streamforge-disk-{Environment.ProcessId}");
        var block = new byte[Block];
        new Random(1).NextBytes(block);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            // As a log's segments, which are written over: no blocks are allotted while it is measured.
            for (var i = 0; i < Blocks; i++)
                RandomAccess.Write(file, block, (long)i * Block);
            RandomAccess.FlushToDisk(file);
            var watch = Stopwatch.StartNew();
            var blocks = 0;
            for (; watch.Elapsed < time; blocks++)
            {
                RandomAccess.Write(file, block, blocks % Blocks * (long)Block);
                RandomAccess.FlushToDisk(file);
            }

            return blocks * (double)Block / watch.Elapsed.TotalSeconds;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
