using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>What became of the events of a call, each counted once.</summary>
public struct IngestTally
{
    public int Applied { get; set; }

    public int Duplicate { get; set; }

    public int Filtered { get; set; }

    public int Superseded { get; set; }

    public readonly IngestCounts ToCounts() => new(Applied, Duplicate, Filtered, Superseded);

    public void Count(GateVerdict verdict)
    {
        switch (verdict)
        {
            // What is held counts once, now: when its turn comes it is not counted again.
            case GateVerdict.Apply or GateVerdict.Held:
                Applied++;
                break;
            case GateVerdict.Duplicate:
                Duplicate++;
                break;
            default:
                Superseded++;
                break;
        }
    }
}
