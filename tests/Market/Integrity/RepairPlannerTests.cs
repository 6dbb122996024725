using StreamForge.Grains.Integrity;

namespace StreamForge.Tests.Market.Integrity;

public sealed class RepairPlannerTests
{
    private static readonly DateTimeOffset _t0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RepairPlanner _planner = new()
    {
        Pacing = new RepairPacing
        {
            Grace = TimeSpan.FromSeconds(1),
            Deadline = TimeSpan.FromSeconds(20),
            AnswerWithin = TimeSpan.FromSeconds(5),
            BackoffFirst = TimeSpan.FromSeconds(2),
            BackoffMost = TimeSpan.FromSeconds(10),
        },
    };

    private int _next;

    [Fact]
    public void Asks_once_after_the_grace_and_not_at_all_when_the_gap_closed_by_itself()
    {
        Need(_t0);
        Assert.Null(Due(0.9));
        _planner.Need(null);
        Assert.Null(Due(1));
        Need(_t0.AddSeconds(1));
        Assert.Null(Due(1.5));
        Assert.NotNull(Due(2));
        Assert.Null(Due(2));
        Assert.True(_planner.Repairing);
    }

    [Fact]
    public void Asks_again_with_backoff_and_jitter_after_failures()
    {
        Need(_t0);
        var at = 1.0;
        foreach (var backoff in new[] { 2.0, 4, 8, 10, 10 })
        {
            var id = Due(at);
            Assert.NotNull(id);
            _planner.Ended(id, new RepairOutcome(false, "no"), At(at), jitter: 0.999999999);
            Assert.False(_planner.Repairing);
            Assert.Null(Due(at + backoff - 0.01));
            at += backoff;
        }

        _planner.Ended(Due(at)!, new RepairOutcome(false), At(at), jitter: 0);
        Assert.NotNull(Due(at + 5));
    }

    [Fact]
    public void The_source_may_ask_for_more_time_than_the_backoff()
    {
        Need(_t0);
        _planner.Ended(Due(1)!, new RepairOutcome(false, "slow down", TimeSpan.FromSeconds(60)), At(1), 0);
        Assert.Null(Due(60.9));
        Assert.NotNull(Due(61));
    }

    [Fact]
    public void An_answer_that_does_not_arrive_or_is_not_enough_is_asked_for_again()
    {
        Need(_t0);
        var first = Due(1)!;
        _planner.Ended(first, new RepairOutcome(true), At(2), 0);
        Assert.True(_planner.Repairing);
        Assert.Null(Due(6.9));
        // Its time is over: that counts as a failure, with a backoff of its own.
        Assert.Null(Due(7));
        var second = Due(9.5);
        Assert.NotNull(second);
        _planner.Ended(second, new RepairOutcome(true), At(9.9), 0);
        _planner.Arrived(second, enough: false, At(10), 0);
        Assert.Null(Due(11));
        Assert.NotNull(Due(13));
    }

    [Fact]
    public void What_is_still_missing_after_an_answer_is_asked_for_at_once()
    {
        Need(_t0);
        var id = Due(1)!;
        _planner.Ended(id, new RepairOutcome(true), At(2), 0);
        _planner.Arrived(id, enough: true, At(2), 0);
        Assert.NotNull(Due(2));
    }

    [Fact]
    public void An_answer_that_overtakes_the_end_of_its_request_waits_for_it()
    {
        Need(_t0);
        var id = Due(1)!;
        _planner.Arrived(id, enough: true, At(2), 0);
        Assert.Null(Due(3));
        _planner.Ended(id, new RepairOutcome(true), At(4), 0);
        Assert.NotNull(Due(4));
    }

    [Fact]
    public void A_request_in_flight_is_never_joined_by_a_second_one()
    {
        Need(_t0);
        var id = Due(1)!;
        _planner.Need(null);
        Need(_t0.AddSeconds(1));
        Assert.Null(Due(5));
        _planner.Ended(id, new RepairOutcome(false), At(5), 0);
        Assert.NotNull(Due(8));
    }

    [Fact]
    public void A_request_that_never_ends_is_given_up_at_its_deadline()
    {
        Need(_t0);
        var id = Due(1)!;
        Assert.Null(Due(20.9));
        Assert.Null(Due(21));
        Assert.NotNull(Due(24));
        // The late end of the first one says nothing about the second.
        _planner.Ended(id, new RepairOutcome(false), At(24), 0);
        Assert.True(_planner.Repairing);
    }

    private static DateTimeOffset At(double seconds) => _t0.AddSeconds(seconds);

    private void Need(DateTimeOffset since) => _planner.Need(new RepairNeed(RepairKind.DepthSnapshot, null, null, since));

    private string? Due(double seconds) => _planner.Due(At(seconds), () => $"r{++_next}")?.Id;
}
