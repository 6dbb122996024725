using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Grains.Market.Parsing;

/// <summary>
/// A record of <c>raw.market</c> as the parser takes it: the bytes of the value and of the headers that matter, uncopied. Fill
/// it with <see cref="TakeHeader"/>, header by header.
/// </summary>
public ref struct RawInput
{
    /// <summary>The frame or body exactly as received.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>One of <see cref="RecordSchemas"/>.</summary>
    public ReadOnlySpan<byte> Schema { get; private set; }

    /// <summary>The venue.</summary>
    public ReadOnlySpan<byte> Source { get; private set; }

    /// <summary>Unix nanoseconds, decimal.</summary>
    public ReadOnlySpan<byte> ReceivedAt { get; private set; }

    /// <summary><c>venue:SYMBOL</c>; empty where the connector could not tell.</summary>
    public ReadOnlySpan<byte> Instrument { get; private set; }

    /// <summary><c>from-to</c>; empty unless the record answers a request for trades.</summary>
    public ReadOnlySpan<byte> RepairRange { get; private set; }

    /// <summary>An id; empty where the answer speaks for its whole range.</summary>
    public ReadOnlySpan<byte> RepairThrough { get; private set; }

    /// <summary>Takes a header of the record; those that the parser does not need are passed over.</summary>
    public void TakeHeader(string name, ReadOnlySpan<byte> value)
    {
        switch (name)
        {
            case RecordHeaders.Schema:
                Schema = value;
                break;
            case RecordHeaders.Source:
                Source = value;
                break;
            case RecordHeaders.ReceivedAt:
                ReceivedAt = value;
                break;
            case RecordHeaders.Instrument:
                Instrument = value;
                break;
            case RecordHeaders.RepairRange:
                RepairRange = value;
                break;
            case RecordHeaders.RepairThrough:
                RepairThrough = value;
                break;
        }
    }
}

/// <summary>What a venue's parser is given: the record with its receipt read.</summary>
public readonly ref struct VenueRecord
{
    public required ReadOnlySpan<byte> Value { get; init; }

    public required RawKind Kind { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Unix nanoseconds: finer than <see cref="ReceivedAt"/>.</summary>
    public required long ReceivedAtNanoseconds { get; init; }

    /// <summary>As the connector said; none where it could not tell.</summary>
    public required string? Instrument { get; init; }

    /// <summary>The trades that were asked for.</summary>
    public required (long From, long To)? RepairRange { get; init; }

    /// <summary>How far of them what answered had come; none where it had come to their end.</summary>
    public required long? RepairThrough { get; init; }
}

/// <summary>What a raw record holds.</summary>
public enum RawKind
{
    Frame = 0,
    DepthSnapshot = 1,
    Trades = 2,
}
