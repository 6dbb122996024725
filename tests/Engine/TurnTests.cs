using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>
/// One turn at a time; one call at a time, save where interleaving was asked for. Only a call whose answer came is known to be
/// before the next: calls that one caller starts without awaiting may overtake each other (on Orleans they do, while the
/// grain activates).
/// </summary>
public sealed class TurnTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private readonly string _key = Guid.NewGuid().ToString();

    private ITurnGrain Grain => engine.Grains.GetGrain<ITurnGrain>(_key);

    private string Gate(string name) => $"{_key}/{name}";

    [Fact]
    public async Task A_call_waits_for_the_one_before()
    {
        var first = Grain.Wait("first", Gate("first"));
        await engine.Probe.Until(_key, "begin first");
        var second = Grain.Wait("second", Gate("second"));
        engine.Probe.Open(Gate("second"));
        engine.Probe.Open(Gate("first"));
        await first;
        await second;

        Assert.Equal(["begin first", "end first", "begin second", "end second"], engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task What_always_interleaves_answers_while_a_turn_is_blocked()
    {
        var blocked = Grain.Wait("blocked", Gate("blocked"));
        await engine.Probe.Until(_key, "begin blocked");
        var waiting = Grain.CountUp();

        Assert.Equal(0, await Grain.Ended());
        Assert.False(waiting.IsCompleted);

        engine.Probe.Open(Gate("blocked"));
        await blocked;
        Assert.Equal(1, await waiting);
        Assert.Equal(1, await Grain.Ended());
    }

    [Fact]
    public async Task An_ordinary_call_starts_beside_one_that_always_interleaves()
    {
        var interleaving = Grain.WaitInterleaving("interleaving", Gate("interleaving"));
        await engine.Probe.Until(_key, "begin interleaving");

        Assert.Equal(1, await Grain.CountUp());

        Assert.False(interleaving.IsCompleted);
        engine.Probe.Open(Gate("interleaving"));
        await interleaving;
    }

    [Fact]
    public async Task Read_only_calls_interleave_with_each_other_but_not_with_others()
    {
        var one = Grain.WaitReadOnly("one", Gate("read"));
        var two = Grain.WaitReadOnly("two", Gate("read"));
        await engine.Probe.Until(_key, notes => notes.Contains("begin one") && notes.Contains("begin two"));
        var other = Grain.Wait("other", Gate("other"));

        Assert.Equal(0, await Grain.Ended());
        Assert.DoesNotContain("begin other", engine.Probe.Notes(_key));

        engine.Probe.Open(Gate("read"));
        await one;
        await two;
        engine.Probe.Open(Gate("other"));
        await other;
    }

    [Fact]
    public async Task Calls_of_a_reentrant_grain_interleave()
    {
        var grain = engine.Grains.GetGrain<IReentrantGrain>(_key);
        var first = grain.Wait("first", Gate("first"));
        await engine.Probe.Until(_key, "begin first");
        var second = grain.Wait("second", Gate("second"));
        await engine.Probe.Until(_key, "begin second");
        await grain.CallBack(_key);

        engine.Probe.Open(Gate("second"));
        await second;
        engine.Probe.Open(Gate("first"));
        await first;
        Assert.Equal(["begin first", "begin second", "end second", "end first"], engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task Work_that_nobody_awaits_stays_on_the_grains_scheduler_and_never_runs_beside_a_turn()
    {
        const int Turns = 2000;
        await Grain.StartUnawaited(Gate("go"), Turns);
        engine.Probe.Open(Gate("go"));
        var calls = Enumerable.Range(0, Turns).Select(_ => Grain.CountUp().AsTask()).ToArray();
        await Task.WhenAll(calls);
        await engine.Probe.Until(_key, notes => notes.Any(note => note.StartsWith("unawaited", StringComparison.Ordinal)));

        Assert.Equal(["unawaited strayed 0"], engine.Probe.Notes(_key));
        Assert.Equal(Enumerable.Range(1, Turns), calls.Select(call => call.GetAwaiter().GetResult()).Order());
    }

    [Fact]
    public async Task Grains_run_side_by_side()
    {
        var blocked = Grain.Wait("blocked", Gate("blocked"));
        Assert.Equal(1, await engine.Grains.GetGrain<ITurnGrain>(_key + "other").CountUp());
        engine.Probe.Open(Gate("blocked"));
        await blocked;
    }
}
