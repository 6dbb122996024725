namespace StreamForge.Grains.Integrity.Gates;

/// <summary>What a gate says to do with an event.</summary>
public enum GateVerdict
{
    /// <summary>Apply it now.</summary>
    Apply = 0,

    /// <summary>Its predecessors are missing: the gate keeps it and gives it back when its turn comes.</summary>
    Held = 1,

    /// <summary>It was applied, or is held, already.</summary>
    Duplicate = 2,

    /// <summary>A snapshot holds its effect, or will have to.</summary>
    Superseded = 3,
}
