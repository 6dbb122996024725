using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Standalone.Hosting;

/// <summary>One line a second that says how the platform does: in place on a terminal, as log lines where it is headless.</summary>
internal sealed partial class StatusLine(
    PlatformStatusBoard board, MarketSource source, bool headless, TimeProvider time, ILogger<StatusLine> logger) : BackgroundService
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);
    private const int HeadlessEvery = 5;
    private int _width;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (lastEvents, lastAt) = (0L, time.GetTimestamp());
        try
        {
            for (var tick = 1; ; tick++)
            {
                await Task.Delay(Refresh, time, stoppingToken);
                if (headless && tick % HeadlessEvery != 0)
                    continue;
                var status = await board.Gather(stoppingToken);
                var now = time.GetTimestamp();
                var rate = (status.Events.In - lastEvents) / time.GetElapsedTime(lastAt, now).TotalSeconds;
                (lastEvents, lastAt) = (status.Events.In, now);
                Show(Describe(status, rate, source.Progress));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            if (!headless)
                Console.Error.WriteLine();
        }
    }

    internal static string Describe(PlatformStatus status, double rate, string? progress)
    {
        var lag = status.Partitions.Sum(partition => partition.Lag);
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{rate,8:N0} events/s | lag {lag:N0} | gaps {status.OpenGaps:N0} open, {status.Repairs.Closed:N0} closed | repairs {status.Repairs.Requested:N0} | dead letters {status.DeadLetters:N0}");
        if (status.Parked.Length > 0)
            line += $" | parked {status.Parked.Length}";
        var stalled = status.Partitions.Count(partition => partition.Stalled);
        if (stalled > 0)
            line += $" | stalled {stalled}";
        foreach (var down in status.Sources.Where(word => !word.Up))
            line += $" | {down.Source} down";
        return progress is null ? line : $"{progress} | {line}";
    }

    private void Show(string line)
    {
        if (headless)
        {
            Status(logger, line.TrimStart());
            return;
        }
        // Over the line before, whatever its length; never wider than the terminal, which would wrap.
        var width = Console.IsErrorRedirected ? line.Length : Math.Max(20, Console.WindowWidth - 1);
        var text = line.Length > width ? line[..width] : line;
        Console.Error.Write('\r' + text.PadRight(_width));
        _width = text.Length;
    }

    [LoggerMessage(1, LogLevel.Information, "{Line}")]
    private static partial void Status(ILogger logger, string line);
}
