using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>How many letters there are in which state, counted now and then: for the status and metrics. The same in every process.</summary>
internal sealed partial class DeadLetterTally : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly IDeadLetterIndex _index;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private DeadLetterCounts? _latest;

    public DeadLetterTally(IDeadLetterIndex index, IMeterFactory meters, TimeProvider time, ILogger<DeadLetterTally> logger)
    {
        (_index, _time, _logger) = (index, time, logger);
        meters.Create(StreamForgeMeter.Name).CreateObservableGauge(
            "streamforge.dead_letters.indexed", Measure, "{record}", "Dead letters by what was done about them, over the whole platform.");
    }

    /// <summary>As counted last; none before the first time.</summary>
    public DeadLetterCounts? Latest => Volatile.Read(ref _latest);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        try
        {
            while (true)
            {
                failing = !await Count(failing, stoppingToken);
                await Task.Delay(Interval, _time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end.
        }
    }

    private async Task<bool> Count(bool failing, CancellationToken stopping)
    {
        try
        {
            Volatile.Write(ref _latest, await _index.Count(stopping));
            return true;
        }
        catch (StateStoreException error)
        {
            if (!failing)
                NotCounted(_logger, error.Message);
            return false;
        }
    }

    private IEnumerable<Measurement<long>> Measure() => Latest is { } counts
        ? [Of("open", counts.Open), Of("replayed", counts.Replayed), Of("discarded", counts.Discarded)]
        : [];

    private static Measurement<long> Of(string state, long number) => new(number, new KeyValuePair<string, object?>("state", state));

    [LoggerMessage(1, LogLevel.Warning, "Dead letters cannot be counted now; the numbers are those of before: {Reason}")]
    private static partial void NotCounted(ILogger logger, string reason);
}
