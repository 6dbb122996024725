namespace StreamForge.Silo.Storage;

/// <summary>What becomes of a low-water mark, by the row that is stored.</summary>
internal static class AdvanceRule
{
    /// <param name="row">None where none is stored.</param>
    /// <param name="epoch">That of the caller.</param>
    /// <param name="known">The mark that the caller knows to be stored.</param>
    public static AdvanceOutcome Decide(PartitionRow? row, long epoch, long known) => row switch
    {
        { } later when later.Epoch > epoch => AdvanceOutcome.Fenced,
        // Epochs only rise, and under one epoch a mark goes down by its owner's word only.
        { } same when same.Epoch == epoch && same.LowWater >= known => AdvanceOutcome.Stored,
        _ => AdvanceOutcome.SetBack,
    };
}
