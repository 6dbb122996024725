using System.Collections.Immutable;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Cluster;

/// <summary>What a silo asks of the one that reads a partition: how the feed of one key stands.</summary>
/// <param name="Stored">Of what is stored of the key, for lists: see <see cref="IFeedStandings.OfStored"/>.</param>
[GenerateSerializer, Immutable, Alias("sf.FeedQuestion")]
internal readonly record struct FeedQuestion(
    [property: Id(0)] string Topic,
    [property: Id(1)] int Partition,
    [property: Id(2)] string Key,
    [property: Id(3)] string Source,
    [property: Id(4)] bool Stored)
{
    public TopicPartition Place => new(Topic, Partition);
}

/// <summary>A partition that a silo reads, and since which assignment.</summary>
[GenerateSerializer, Immutable, Alias("sf.ReadPartition")]
internal readonly record struct ReadPartition(
    [property: Id(0)] string Topic, [property: Id(1)] int Partition, [property: Id(2)] long Epoch);

/// <summary>A silo's answer to questions.</summary>
[GenerateSerializer, Immutable, Alias("sf.FeedAnswers")]
internal sealed record FeedAnswers
{
    /// <summary>One for every question, in their order; none where the partition is not read there.</summary>
    [Id(0)] public required ImmutableArray<FeedStanding?> Standings { get; init; }

    /// <summary>All partitions that the silo reads.</summary>
    [Id(1)] public required ImmutableArray<ReadPartition> Reads { get; init; }
}
