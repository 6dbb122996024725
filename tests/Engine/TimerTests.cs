using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>Ticks take turns as calls do, do not keep a grain alive, and end before it does.</summary>
public sealed class TimerTests(ImpatientFixture engine) : IClassFixture<ImpatientFixture>
{
    private readonly string _key = Guid.NewGuid().ToString();

    private ITimerGrain Grain => engine.Grains.GetGrain<ITimerGrain>(_key);

    private string Gate(string name) => $"{_key}/{name}";

    [Fact]
    public async Task A_tick_waits_for_a_running_call()
    {
        await Grain.StartTicking(interleave: false, keepAlive: true);
        await engine.Probe.Until(_key, "tick 1");
        var call = Grain.Wait(Gate("call"));
        await engine.Probe.Until(_key, "call begins");

        // While the call runs the other grain's timer ticks many times; this one's must not.
        var other = engine.Grains.GetGrain<ITimerGrain>(_key + "other");
        await other.StartTicking(interleave: false, keepAlive: true);
        await engine.Probe.Until(_key + "other", "tick 1", times: 10);
        engine.Probe.Open(Gate("call"));
        await call;
        var ticks = engine.Probe.Count(_key, "tick 1");
        await engine.Probe.Until(_key, "tick 1", ticks + 1);

        var notes = engine.Probe.Notes(_key).ToList();
        Assert.Equal(notes.IndexOf("call begins") + 1, notes.IndexOf("call ends"));
        await Grain.StopTicking();
        await other.StopTicking();
    }

    [Fact]
    public async Task A_call_waits_for_a_running_tick()
    {
        await Grain.StartSlowTick(Gate("tick"));
        await engine.Probe.Until(_key, "tick begins");
        var call = Grain.Wait(Gate("call"));

        Assert.Equal(1, await Grain.Life());
        Assert.DoesNotContain("call begins", engine.Probe.Notes(_key));
        engine.Probe.Open(Gate("call"));
        engine.Probe.Open(Gate("tick"));
        await call;
        Assert.Equal(["activated", "tick begins", "tick ends", "call begins", "call ends"], engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await Grain.StartTicking(interleave: true, keepAlive: true);
        var call = Grain.Wait(Gate("call"));
        await engine.Probe.Until(_key, "call begins");
        var ticks = engine.Probe.Count(_key, "tick 1");
        await engine.Probe.Until(_key, "tick 1", ticks + 3);
        Assert.DoesNotContain("call ends", engine.Probe.Notes(_key));
        engine.Probe.Open(Gate("call"));
        await call;
        await Grain.StopTicking();
    }

    [Fact]
    public async Task A_timer_that_fails_ticks_on()
    {
        await Grain.StartFailing();
        await engine.Probe.Until(_key, "failing tick", times: 3);
        await Grain.StopTicking();
        Assert.Equal(1, await Grain.Life());
    }

    [Fact]
    public async Task A_timer_does_not_keep_its_grain_alive()
    {
        await Grain.StartTicking(interleave: false, keepAlive: false);
        await engine.Probe.Until(_key, "deactivated 1: ActivationIdle");
        Assert.Contains("tick 1", engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task A_timer_that_keeps_alive_does()
    {
        // Another grain, ticking alike but for that, comes and goes.
        var idle = engine.Grains.GetGrain<ITimerGrain>(_key + "idle");
        await Grain.StartTicking(interleave: false, keepAlive: true);
        await idle.StartTicking(interleave: false, keepAlive: false);
        await engine.Probe.Until(_key + "idle", "deactivated 1: ActivationIdle");
        await idle.StartTicking(interleave: false, keepAlive: false);
        await engine.Probe.Until(_key + "idle", "deactivated 2: ActivationIdle");

        Assert.Equal(1, await Grain.Life());
        await Grain.StopTicking();
    }

    [Fact]
    public async Task Ticks_end_before_the_grain_does()
    {
        await Grain.StartTicking(interleave: false, keepAlive: true);
        await engine.Probe.Until(_key, "tick 1", times: 3);
        await Grain.End();
        await engine.Probe.Until(_key, "deactivated 1: ApplicationRequested");
        await Grain.StartTicking(interleave: false, keepAlive: true);
        await engine.Probe.Until(_key, "tick 2", times: 10);

        var notes = engine.Probe.Notes(_key).ToList();
        Assert.True(notes.LastIndexOf("tick 1") < notes.IndexOf("deactivated 1: ApplicationRequested"));
        await Grain.StopTicking();
    }

    [Fact]
    public async Task A_disposed_timer_does_not_tick()
    {
        await Grain.StartTicking(interleave: false, keepAlive: true);
        await engine.Probe.Until(_key, "tick 1", times: 2);
        await Grain.StopTicking();
        var other = engine.Grains.GetGrain<ITimerGrain>(_key + "other");
        await other.StartTicking(interleave: false, keepAlive: true);
        await engine.Probe.Until(_key + "other", "tick 1", times: 10);
        await other.StopTicking();

        Assert.Equal("stopped", engine.Probe.Notes(_key)[^1]);
    }
}
