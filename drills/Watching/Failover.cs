using System.Diagnostics;
using System.Text.Json;
using StreamForge.Drills.Rigs;

namespace StreamForge.Drills.Watching;

/// <summary>
/// How long instruments were without answers, and without anything new, from a moment on: each is asked ten times a second.
/// </summary>
/// <param name="Answered">For every instrument, until its first answer.</param>
/// <param name="Resumed">Until its first answer that is live and newer than what was known at the moment.</param>
internal sealed record Failover(IReadOnlyList<TimeSpan> Answered, IReadOnlyList<TimeSpan> Resumed)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <param name="act">What is done to the cluster at that moment.</param>
    public static async Task<Failover> Watch(ClusterRig rig, Func<Task> act, TimeSpan deadline)
    {
        var before = await Task.WhenAll(rig.Symbols.Select(async symbol => Sequence((await rig.Best(symbol))!.Value)));
        await act();
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(rig.Symbols.Select((symbol, i) => Of(rig, symbol, before[i], began, deadline)));
        return new Failover([.. times.Select(time => time.Answered)], [.. times.Select(time => time.Resumed)]);
    }

    private static async Task<(TimeSpan Answered, TimeSpan Resumed)> Of(
        ClusterRig rig, string symbol, long before, long began, TimeSpan deadline)
    {
        TimeSpan? answered = null;
        using var pace = new PeriodicTimer(Pace);
        while (await pace.WaitForNextTickAsync())
        {
            if (Stopwatch.GetElapsedTime(began) > deadline)
                throw new DrillFailedException($"After {deadline.TotalSeconds} s nothing new of {symbol} is live.");
            if (await rig.Best(symbol) is not { } book)
                continue;
            answered ??= Stopwatch.GetElapsedTime(began);
            if (Sequence(book) > before && book.GetProperty("freshness").GetProperty("status").GetString() == "live")
                break;
        }
        return (answered!.Value, Stopwatch.GetElapsedTime(began));
    }

    private static long Sequence(JsonElement book) => book.GetProperty("freshness").GetProperty("sequence").GetInt64();
}
