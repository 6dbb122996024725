using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Contracts.Operations;

/// <summary>Which parked keys.</summary>
/// <param name="Topic">Only of this topic.</param>
/// <param name="After">The place of the last one of the page before.</param>
/// <param name="Limit">From 1 to 1,000.</param>
[GenerateSerializer, Immutable, Alias("sf.ParkedQuery")]
public sealed record ParkedQuery(
    [property: Id(0)] string? Topic = null, [property: Id(1)] ParkedPlace? After = null, [property: Id(2)] int Limit = 100);

/// <summary>A key of a partition; in order of topic, number and key.</summary>
[GenerateSerializer, Immutable, Alias("sf.ParkedPlace")]
public sealed record ParkedPlace([property: Id(0)] string Topic, [property: Id(1)] int Partition, [property: Id(2)] string Key)
    : IComparable<ParkedPlace>
{
    public int CompareTo(ParkedPlace? other) =>
        other is null ? 1
        : string.CompareOrdinal(Topic, other.Topic) is not 0 and var byTopic ? byTopic
        : Partition != other.Partition ? Partition.CompareTo(other.Partition)
        : string.CompareOrdinal(Key, other.Key);

    public override string ToString() => $"{Topic}/{Partition}/{Key}";

    public static bool operator <(ParkedPlace left, ParkedPlace right) => left.CompareTo(right) < 0;

    public static bool operator >(ParkedPlace left, ParkedPlace right) => left.CompareTo(right) > 0;

    public static bool operator <=(ParkedPlace left, ParkedPlace right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ParkedPlace left, ParkedPlace right) => left.CompareTo(right) >= 0;
}

/// <summary>Parked keys in order of their places.</summary>
/// <param name="Items">At most as many as asked for.</param>
/// <param name="Total">How many there are of what was asked for, on all pages.</param>
/// <param name="HasMore">Whether there is another page.</param>
[GenerateSerializer, Immutable, Alias("sf.ParkedPage")]
public sealed record ParkedPage(
    [property: Id(0)] ImmutableArray<ParkedKey> Items, [property: Id(1)] int Total, [property: Id(2)] bool HasMore);
