using StreamForge.Contracts.Integrity;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Market.Hosted;

/// <summary>Requests on their way from who misses something to the process that has the link.</summary>
public class SourceDeskTests(GrainFixture fixture) : IClassFixture<GrainFixture>
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private int _number;

    [Fact]
    public async Task A_request_is_taken_once_and_its_outcome_reaches_who_asked()
    {
        var desk = Desk("taken-once");
        Assert.Empty(await desk.Take(TimeSpan.Zero));
        var request = Request();
        var asked = desk.Ask(request, again: false, Moment).AsTask();
        Assert.Equal(request, Assert.Single(await desk.Take(Moment)));
        Assert.Empty(await desk.Take(TimeSpan.Zero));
        await desk.Settle(request.Id, new DeskOutcome { Answered = true });
        var outcome = await asked ?? await desk.Ask(request, again: true, Moment);
        Assert.True(outcome!.Answered);
    }

    [Fact]
    public async Task Who_asks_again_is_given_the_outcome_that_came_meanwhile()
    {
        var desk = Desk("again");
        await desk.Take(TimeSpan.Zero);
        var request = Request();
        Assert.Null(await desk.Ask(request, again: false, TimeSpan.Zero));
        Assert.Single(await desk.Take(TimeSpan.Zero));
        Assert.Null(await desk.Ask(request, again: true, TimeSpan.Zero));
        await desk.Settle(request.Id, new DeskOutcome { Answered = false, Reason = "refused", RetryAfter = Moment });
        var outcome = await desk.Ask(request, again: true, TimeSpan.Zero);
        Assert.Equal(("refused", Moment), (outcome!.Reason, outcome.RetryAfter));
    }

    [Fact]
    public async Task Without_a_connector_the_answer_is_no_at_once()
    {
        var outcome = await Desk("nobody").Ask(Request(), again: false, Moment);
        Assert.False(outcome!.Answered || outcome.Unknown);
        Assert.NotNull(outcome.RetryAfter);
    }

    [Fact]
    public async Task A_desk_that_does_not_know_a_request_that_was_handed_over_says_that_nobody_knows()
    {
        var desk = Desk("lost");
        await desk.Take(TimeSpan.Zero);
        var outcome = await desk.Ask(Request(), again: true, TimeSpan.Zero);
        Assert.True(outcome!.Unknown);
    }

    private ISourceDeskGrain Desk(string source) => fixture.Grains.GetGrain<ISourceDeskGrain>(source);

    private DeskRequest Request() => new() { Id = $"r{_number++}", Entity = "binance:BTCUSDT" };
}
