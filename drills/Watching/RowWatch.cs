using System.Diagnostics;
using StreamForge.Drills.Rigs;

namespace StreamForge.Drills.Watching;

/// <summary>
/// Looks at the rows of partitions all the time: a row's epoch and low-water mark never go back, and under one epoch a row has one owner.
/// </summary>
internal sealed class RowWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private readonly PartitionRows _rows;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<(string, string, int), PartitionRowSeen> _seen = [];
    private readonly List<string> _faults = [];
    private readonly Task _watching;
    private readonly long _began = Stopwatch.GetTimestamp();

    public RowWatch(PartitionRows rows)
    {
        _rows = rows;
        _watching = Task.Run(Watch);
    }

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Looks no more.</summary>
    /// <returns>How long it looked.</returns>
    public async Task<TimeSpan> End()
    {
        var took = Stopwatch.GetElapsedTime(_began);
        await _ending.CancelAsync();
        await _watching;
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        _ending.Dispose();
    }

    private async Task Watch()
    {
        while (!_ending.IsCancellationRequested)
        {
            foreach (var row in await _rows.Read())
            {
                if (_seen.TryGetValue(row.Key, out var former)
                    && (row.Epoch < former.Epoch || row.LowWater < former.LowWater || (row.Epoch == former.Epoch && row.Owner != former.Owner)))
                    _faults.Add($"{row} after {former}");
                _seen[row.Key] = row;
            }
            await Task.Delay(Pace, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
