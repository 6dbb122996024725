using System.Buffers.Text;

namespace StreamForge.Contracts.Streams;

/// <summary>
/// A place in an event log: the record at <paramref name="Offset"/> of one partition of one incarnation of a
/// topic. A position under another <paramref name="LogId"/> is void: the topic was created anew.
/// </summary>
/// <param name="LogId">The incarnation of the topic (Kafka's topic id; a UUID of the embedded log).</param>
/// <param name="Partition">Partition number, from 0.</param>
/// <param name="Offset">Offset in the partition, from 0; offsets increase and may have holes.</param>
[GenerateSerializer, Immutable, Alias("sf.LogPosition")]
public readonly record struct LogPosition(
    [property: Id(0)] Guid LogId,
    [property: Id(1)] int Partition,
    [property: Id(2)] long Offset);

/// <summary>
/// What a derived record was made from: record and index of the derivation within it. The same raw record parsed
/// twice (a crash between append and commit) gives the same origins, so the second emission is recognised.
/// </summary>
/// <param name="LogId">The incarnation of the topic that the original stands in.</param>
/// <param name="Partition">Partition of the original.</param>
/// <param name="Offset">Offset of the original.</param>
/// <param name="Index">Which of the records derived from the original this is, from 0.</param>
[GenerateSerializer, Immutable, Alias("sf.Origin")]
public readonly record struct Origin(
    [property: Id(0)] Guid LogId,
    [property: Id(1)] int Partition,
    [property: Id(2)] long Offset,
    [property: Id(3)] int Index) : IComparable<Origin>
{
    /// <summary>The order of derivation within one raw partition; origins of different partitions do not compare.</summary>
    public int CompareTo(Origin other) =>
        Offset != other.Offset ? Offset.CompareTo(other.Offset) : Index.CompareTo(other.Index);

    /// <summary>The header form: <c>logId/partition/offset/index</c>.</summary>
    public override string ToString() => $"{LogId:N}/{Partition}/{Offset}/{Index}";

    /// <summary>Reads the header form, in UTF-8.</summary>
    /// <returns>False where <paramref name="utf8"/> is not of that form.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Origin origin)
    {
        const int GuidLength = 32;
        origin = default;
        if (!Utf8Parser.TryParse(utf8, out Guid logId, out var read, 'N')
            || read != GuidLength
            || !TryNumber(ref utf8, ref read, out var partition)
            || partition > int.MaxValue
            || !TryNumber(ref utf8, ref read, out var offset)
            || !TryNumber(ref utf8, ref read, out var index)
            || index > int.MaxValue
            || read != utf8.Length)
            return false;
        origin = new Origin(logId, (int)partition, offset, (int)index);
        return true;
    }

    /// <summary>A slash and the number after it; <paramref name="read"/> bytes of <paramref name="utf8"/> are done with.</summary>
    private static bool TryNumber(ref ReadOnlySpan<byte> utf8, ref int read, out long number)
    {
        number = 0;
        if (read >= utf8.Length || utf8[read] != (byte)'/')
            return false;
        utf8 = utf8[(read + 1)..];
        return Utf8Parser.TryParse(utf8, out number, out read) && number >= 0;
    }

    public static bool operator <(Origin left, Origin right) => left.CompareTo(right) < 0;

    public static bool operator >(Origin left, Origin right) => left.CompareTo(right) > 0;

    public static bool operator <=(Origin left, Origin right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Origin left, Origin right) => left.CompareTo(right) >= 0;
}
