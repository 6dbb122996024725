using System.Text.Json;
using StreamForge.Drills;
using StreamForge.Drills.Rigs;

namespace StreamForge.Bench.Cluster;

/// <summary>
/// How much a cluster applies a second when more is offered than it bears. The market stands still until every silo has its share: what
/// starts under such a load is short of processor time, and its neighbours take it for dead.
/// </summary>
internal sealed class RateMeasurement(ClusterBenchOptions options, IProgress<string> progress)
{
    /// <summary>Measures, and ends the cluster.</summary>
    /// <exception cref="DrillFailedException">It is no figure: a silo was lost, or records were.</exception>
    public async Task<Figures> Of(ClusterRig rig, CancellationToken cancellation)
    {
        await using var ending = rig;
        var silos = rig.Options.Silos;
        await rig.AllShared(ClusterBench.Deadline, cancellation);
        await rig.Exchange.Resume();
        progress.Report($"rate with {silos} silos: warming up for {options.WarmUp} s");
        await Task.Delay(TimeSpan.FromSeconds(options.WarmUp), cancellation);
        var before = Lag(await Partitions(rig));
        progress.Report($"rate with {silos} silos: measuring for {options.Seconds} s");
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        var partitions = await Partitions(rig);
        if (rig.Processes.Silos.FirstOrDefault(silo => silo.HasExited) is { } gone)
            throw new DrillFailedException($"{gone.Name} ended with code {gone.ExitCode}: that is no rate of {silos} silos.");
        if (partitions.Any(static partition => partition.TryGetProperty("loss", out var loss) && loss.ValueKind == JsonValueKind.Object))
            throw new DrillFailedException(
                "The brokers threw away what was not read yet: that is no rate. Mock brokers keep 5 MB a partition: offer less (--offered), or use real ones (--kafka).");
        return new Figures("cluster.rate", [
            ("silos", silos), ("cores_shared_by_all", Environment.ProcessorCount), ("brokers", options.Brokers), ("offered_per_s", options.Offered),
            ("events_per_s", Rate(partitions, static topic => !IsRaw(topic))), ("frames_per_s", Rate(partitions, IsRaw)),
            ("lag_before", before), ("lag", Lag(partitions))]);
    }

    private static async Task<IReadOnlyList<JsonElement>> Partitions(ClusterRig rig) =>
        [.. (await rig.Status()).GetProperty("partitions").EnumerateArray()];

    private static bool IsRaw(string topic) => topic.EndsWith("raw.market", StringComparison.Ordinal);

    private static double Rate(IReadOnlyList<JsonElement> partitions, Func<string, bool> counts) =>
        partitions.Where(partition => counts(partition.GetProperty("topic").GetString()!)).Sum(static partition => partition.GetProperty("rate").GetDouble());

    private static long Lag(IReadOnlyList<JsonElement> partitions) => partitions.Sum(static partition => partition.GetProperty("lag").GetInt64());
}
