using System.Globalization;

namespace StreamForge.Hosting;

/// <summary>
/// The end of a process in stages. Each has a mark, counted from the beginning of the end, by which it is told to cut its work
/// short; a little later nobody waits for it any more. So what is stuck costs its own share only, and time that one saves
/// is there for the next.
/// </summary>
internal sealed class StopStages(TimeProvider time)
{
    /// <summary>What a stage gets however late it begins, and what it has to wind up after it was told to cut its work short.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(150);

    private readonly long _began = time.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly List<string> _ended = [];

    /// <summary>Runs a stage; its failure is noted and fails nothing else.</summary>
    /// <param name="name">For the report.</param>
    /// <param name="by">When <paramref name="stop"/> is told to cut its work short, from the beginning of the end.</param>
    /// <param name="stop">Ends one part of the process.</param>
    public async Task Run(string name, TimeSpan by, Func<CancellationToken, Task> stop)
    {
        var started = time.GetTimestamp();
        var left = by - time.GetElapsedTime(_began, started);
        var share = left > Grace ? left : Grace;
        // Not disposed of: a stage that is left behind may still look at it.
        var cut = new CancellationTokenSource(share, time);
        // On a thread of its own: whatever it does before it first waits must not hold up the others.
        var stopping = Task.Run(() => stop(cut.Token), CancellationToken.None);
        string? trouble = null;
        try
        {
            await stopping.WaitAsync(share + Grace, time);
        }
        catch (TimeoutException) when (!stopping.IsCompleted)
        {
            trouble = "left behind";
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            trouble = "cut short";
        }
        catch (Exception error)
        {
            // The stages behind it must have their turn, whatever this one met.
            trouble = error.Message;
        }
        var took = time.GetElapsedTime(started).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        lock (_gate)
            _ended.Add(trouble is null ? $"{name} {took}" : $"{name} {took} ({trouble})");
    }

    /// <summary>How long all and each of them took, in one line, in the order in which they ended.</summary>
    public override string ToString()
    {
        lock (_gate)
            return string.Create(
                CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_began).TotalSeconds:0.00} s: {string.Join(", ", _ended)}");
    }
}
