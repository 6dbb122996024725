namespace StreamForge.Silo.Storage;

/// <summary>What a conditional write meets.</summary>
public enum WriteDecision
{
    /// <summary>The row is as expected: write it.</summary>
    Write = 0,

    /// <summary>An earlier attempt of the same write was stored: there is nothing to do.</summary>
    AlreadyWritten = 1,

    /// <summary>Somebody else's row is stored.</summary>
    Conflict = 2,
}

/// <summary>The one rule of conditional writes.</summary>
public static class WriteCondition
{
    /// <param name="stored">The stored ETag; null where there is no row.</param>
    /// <param name="expected">What must be stored; null: no row.</param>
    /// <param name="next">The ETag to be stored.</param>
    public static WriteDecision Decide(string? stored, string? expected, string next)
    {
        if (string.Equals(stored, expected, StringComparison.Ordinal))
            return WriteDecision.Write;
        return string.Equals(stored, next, StringComparison.Ordinal) ? WriteDecision.AlreadyWritten : WriteDecision.Conflict;
    }
}
