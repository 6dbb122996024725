using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>What every grain that is fed from the log asks of the process around it.</summary>
public sealed record EntityPorts(
    IStateDirectory Directory,
    IFeedStandings Standings,
    IRepairPort Repairs,
    IIntegrityMeter Meter,
    IIdSource Ids,
    TimeProvider Clock);
