#if ENGINE_ORLEANS
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;

namespace StreamForge.Silo.Cluster;

/// <summary>A grain lives where the home partition of its key is read.</summary>
[GenerateSerializer, Immutable]
internal sealed class HomePlacement : PlacementStrategy;

/// <summary>Says it of instruments: grains themselves know nothing of partitions.</summary>
internal sealed class HomePlacementResolver : IPlacementStrategyResolver
{
    private static readonly GrainType Instruments = GrainType.Create("instrument");
    private readonly HomePlacement _home = new();

    public bool TryResolvePlacementStrategy(
        GrainType grainType, GrainProperties? properties, [NotNullWhen(true)] out PlacementStrategy? result)
    {
        result = grainType == Instruments ? _home : null;
        return result is not null;
    }
}

/// <summary>
/// Places by who reads the partition, which is a hint: a grain is right wherever it lives. Where nobody is known to read it, anywhere.
/// </summary>
internal sealed class HomePlacementDirector(
    ClusterStandings standings, ILocalSiloDetails here, IOptions<PipelineOptions> options, IIdSource ids) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(
            IPlacementDirector.GetPlacementHint(target.RequestContextData, silos)
            ?? Home(target.GrainIdentity, silos)
            ?? silos[(int)(ids.NextDouble() * silos.Length)]);
    }

    private SiloAddress? Home(GrainId grain, SiloAddress[] silos)
    {
        var partition = Murmur2Partitioner.PartitionOf(grain.Key.AsSpan(), options.Value.Partitions);
        return standings.SiloReading(new TopicPartition(Topics.MarketDepth, partition), here.SiloAddress) is SiloAddress reader
            && silos.Contains(reader) ? reader : null;
    }
}
#endif
