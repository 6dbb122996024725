using System.Globalization;
using StreamForge.Silo.Streaming.Paths;

namespace StreamForge.Bench.Ingest;

/// <summary>Waits for states of a running pipeline, and refuses what would make figures void.</summary>
internal sealed class PipelineWatch(Pipeline pipeline)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Events that grains have applied so far.</summary>
    public long Applied => pipeline.Fed.Applied;

    /// <summary>Returns when so many events are applied.</summary>
    public Task AppliedTo(long events, CancellationToken cancellation) =>
        Until(() => Applied >= events, $"{events} events are applied", cancellation);

    /// <summary>Stops the pumps, which drain and write their last checkpoints; all of it must then be durable to the end of the log.</summary>
    public async Task StoppedDurable(int pumps, CancellationToken cancellation)
    {
        var running = pipeline.Groups[1].Pumps;
        await pipeline.StopAsync(cancellation);
        if (running.Count != pumps || running.Any(static pump => pump.StoredLowWater < pump.LogEnd))
            throw new InvalidOperationException("Not all is durable after the pumps have stopped.");
    }

    // A wait in vain says where each partition stands: the figures of such a run are void, its reason is not.
    private string Standing => pipeline.Groups is [_, { Pumps: { } running }]
        ? string.Join("; ", running.Select(static pump => string.Create(
            CultureInfo.InvariantCulture,
            $"{pump.Partition} read to {pump.ReadPosition}, applied to {pump.AppliedMark}, durable to {pump.StoredLowWater} of {pump.LogEnd}{(pump.StallReason is { } reason ? $" ({reason})" : "")}")))
        : "no pump runs";

    /// <exception cref="InvalidOperationException">Something was lost, applied twice or refused on the way.</exception>
    public void MustHaveApplied(long events)
    {
        var totals = pipeline.Fed;
        if (totals.Applied != events || totals.DeadLettered != 0 || totals.Superseded != 0)
            throw new InvalidOperationException($"{events} events were appended, and became: {totals}.");
    }

    private async Task Until(Func<bool> reached, string what, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            while (!reached())
                await Task.Delay(Look, patience.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"After {Patience.TotalSeconds:0} s it is still not so that {what}: {pipeline.Fed}; {Standing}", late);
        }
    }
}
