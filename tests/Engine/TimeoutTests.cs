using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>A caller stops waiting; the grain does not stop.</summary>
public sealed class TimeoutTests(ImpatientFixture engine) : IClassFixture<ImpatientFixture>
{
    private readonly string _key = Guid.NewGuid().ToString();

    private ITurnGrain Grain => engine.Grains.GetGrain<ITurnGrain>(_key);

    private string Gate(string name) => $"{_key}/{name}";

    [Fact]
    public async Task The_call_goes_on_after_its_caller_has_given_up()
    {
        await Assert.ThrowsAsync<TimeoutException>(async () => await Grain.Wait("slow", Gate("slow")));
        Assert.Equal(["begin slow"], engine.Probe.Notes(_key));

        engine.Probe.Open(Gate("slow"));
        await engine.Probe.Until(_key, "end slow");
        Assert.Equal(1, await Grain.Ended());
    }

    [Fact]
    public async Task A_call_that_timed_out_before_its_turn_came_never_starts()
    {
        var first = Grain.Wait("first", Gate("first")).AsTask();
        await engine.Probe.Until(_key, "begin first");
        var second = Grain.Wait("second", Gate("second")).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<TimeoutException>(() => second);

        engine.Probe.Open(Gate("first"));
        await engine.Probe.Until(_key, "end first");
        Assert.Equal(1, await Grain.CountUp());
        Assert.DoesNotContain("begin second", engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task A_circle_of_calls_ends_in_a_time_out()
    {
        var other = _key + "other";
        await Assert.ThrowsAsync<TimeoutException>(() => Grain.CallOn(other, then: _key));

        // Nobody is stuck for ever: both grains answer again.
        Assert.Equal(1, await Eventually(() => engine.Grains.GetGrain<ITurnGrain>(other).CountUp()));
        Assert.True(await Eventually(() => Grain.CountUp()) >= 1);
    }

    private static async Task<int> Eventually(Func<ValueTask<int>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TimeoutException) when (attempt < 10)
            {
                // The grain still waits for its own time-out.
            }
        }
    }
}
