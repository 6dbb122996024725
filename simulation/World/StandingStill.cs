namespace StreamForge.Simulation.World;

/// <summary>What makes one key stand still, or costs it much.</summary>
internal enum StillBy
{
    Defect = 0,
    SlowCalls = 1,
    NoAnswers = 2,
    Poison = 3,
    LargeRecord = 4,
}

/// <summary>One key that stands still while all else is well: nothing of it may show in the others.</summary>
/// <param name="Since">Since when.</param>
internal sealed record StandingStill(StillBy By, string Instrument, TimeSpan Since);
