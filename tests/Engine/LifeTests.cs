using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>How a grain's life begins and ends, and what becomes of calls in between.</summary>
public sealed class LifeTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private string _key = Guid.NewGuid().ToString();

    private ILifeGrain Grain => engine.Grains.GetGrain<ILifeGrain>(_key);

    [Fact]
    public async Task State_is_read_before_the_grain_activates()
    {
        engine.Storage.WriteBehindTheBack(Grain.GetGrainId(), new Tally { Value = 42 });
        Assert.Equal(42, await Grain.Value());
        Assert.Equal(["read", "activated", "value 42"], engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task A_grain_that_ends_itself_begins_anew_with_the_next_call()
    {
        await Grain.Add(7);
        await Grain.End();
        await engine.Probe.Until(_key, "deactivated");

        Assert.Equal(2, await Grain.Life());
        Assert.Equal(0, await Grain.Value());
        Assert.Contains("deactivating: ApplicationRequested", engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task Running_calls_end_before_the_grain_does()
    {
        var running = Grain.Wait(_key);
        await engine.Probe.Until(_key, "waiting");
        var end = Grain.End();
        engine.Probe.Open(_key);
        await running;
        await end;
        await engine.Probe.Until(_key, "deactivated");

        var notes = engine.Probe.Notes(_key).ToList();
        Assert.True(notes.IndexOf("waited") < notes.IndexOf("deactivating: ApplicationRequested"));
    }

    [Fact]
    public async Task Calls_during_deactivation_reach_the_next_life()
    {
        _key = $"slow-end/{_key}";
        Assert.Equal(1, await Grain.Life());
        await Grain.End();
        await engine.Probe.Until(_key, "deactivating: ApplicationRequested");
        var call = Grain.Life();
        var other = Grain.Value();
        Assert.False(call.IsCompleted);

        engine.Probe.Open($"end:{_key}");

        Assert.Equal(2, await call);
        Assert.Equal(0, await other);
        var notes = engine.Probe.Notes(_key).ToList();
        Assert.True(notes.IndexOf("deactivated") < notes.LastIndexOf("activated"));
    }

    [Theory]
    [InlineData("activation", "cannot activate")]
    [InlineData("constructor", "cannot be constructed")]
    public async Task A_grain_that_cannot_activate_fails_its_calls_and_is_tried_anew(string where, string message)
    {
        _key = $"{where}/{_key}";
        var grain = engine.Grains.GetGrain<IFailingGrain>(_key);

        var thrown = await Assert.ThrowsAnyAsync<Exception>(async () => await grain.Life());

        Assert.Contains(message, thrown.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await grain.Life());
        Assert.DoesNotContain("deactivating", engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task Stopping_the_host_ends_its_grains_in_order()
    {
        var own = new EngineFixture();
        await own.InitializeAsync();
        Assert.Equal(1, await own.Grains.GetGrain<ILifeGrain>(_key).Life());
        await own.Stop();
        await own.DisposeAsync();

        Assert.Equal(["read", "activated", "value 0", "deactivating: ShuttingDown", "deactivated"], own.Probe.Notes(_key));
    }
}

/// <summary>Grains that nobody uses end.</summary>
public sealed class IdleTests(ImpatientFixture engine) : IClassFixture<ImpatientFixture>
{
    [Fact]
    public async Task A_grain_that_nobody_uses_ends_and_begins_anew_when_called()
    {
        var key = Guid.NewGuid().ToString();
        var grain = engine.Grains.GetGrain<ILifeGrain>(key);
        Assert.Equal(1, await grain.Life());
        await engine.Probe.Until(key, "deactivating: ActivationIdle");
        Assert.Equal(2, await grain.Life());
    }
}
