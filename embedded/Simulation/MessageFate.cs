namespace StreamForge.Embedded.Simulation;

/// <summary>What becomes of a call between grains.</summary>
/// <param name="Delay">How late it comes.</param>
/// <param name="Lost">It never comes, and the caller waits in vain.</param>
/// <param name="AnswerLost">It comes, but the caller waits in vain.</param>
public readonly record struct MessageFate(TimeSpan Delay = default, bool Lost = false, bool AnswerLost = false);
