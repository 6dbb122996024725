using StreamForge.Contracts.Integrity;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>While one key stands still, or costs much, all others are live and have what was published a moment ago.</summary>
internal sealed class PartitionLaw : Law
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(3);

    public override string Name => "L5 nothing stops a partition";

    public override void Answered(Answer answer)
    {
        if (World.Still is not { } still || answer.Instrument == still.Instrument || World.Simulated.Elapsed - still.Since < Moment)
            return;
        Checked(still.By.ToString());
        var truth = World.Truth[answer.Instrument];
        var through = World.Simulated.Elapsed - Moment;
        var required = answer.Of == ViewOf.Book ? truth.RequiredSequence(through) : truth.RequiredTrade(through);
        var isGivenUp = answer.Of == ViewOf.Trades && answer.Freshness.Status == FreshnessStatus.Gap;
        if (answer.Freshness.Status != FreshnessStatus.Live && !isGivenUp || answer.Freshness.Sequence < required)
            Broken(answer.Instrument,
                $"{answer.Of}: {answer.Freshness.Status} ({answer.Freshness.Reason}) at {answer.Freshness.Sequence} of {required}, "
                + $"while {still.Instrument} stands still by {still.By}");
    }
}
