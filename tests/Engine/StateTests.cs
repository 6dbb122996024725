using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>State between grain and storage: conflicts, failures, and what exactly is written.</summary>
public sealed class StateTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private readonly string _key = Guid.NewGuid().ToString();

    private ILifeGrain Grain => engine.Grains.GetGrain<ILifeGrain>(_key);

    [Fact]
    public async Task What_is_written_is_read_by_the_next_life()
    {
        await Grain.Add(5);
        Assert.Equal(5, await Grain.Write());
        await Grain.Add(100);
        await Grain.End();
        await engine.Probe.Until(_key, "deactivated");

        Assert.Equal(5, await Grain.Value());
        Assert.Equal(2, await Grain.Life());
    }

    [Fact]
    public async Task A_conflict_reaches_the_caller_and_discards_the_grains_memory()
    {
        await Grain.Add(5);
        await Grain.Write();
        engine.Storage.WriteBehindTheBack(Grain.GetGrainId(), new Tally { Value = 1000 });
        await Grain.Add(1);

        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Grain.Write());

        Assert.Equal(1000, await Grain.Value());
        Assert.Equal(2, await Grain.Life());
        Assert.Equal(1000, engine.Storage.Stored<Tally>(Grain.GetGrainId()).Value);
        Assert.Contains("deactivating: ApplicationError", engine.Probe.Notes(_key));
    }

    [Fact]
    public async Task A_conflict_that_passes_through_a_caller_leaves_the_callers_memory()
    {
        var other = engine.Grains.GetGrain<ILifeGrain>(_key + "other");
        await Grain.Add(3);
        await other.Add(1);
        engine.Storage.WriteBehindTheBack(other.GetGrainId(), new Tally { Value = 50 });

        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Grain.WriteOther(_key + "other"));

        Assert.Equal(1, await Grain.Life());
        Assert.Equal(3, await Grain.Value());
        Assert.Equal(2, await other.Life());
        Assert.Equal(50, await other.Value());
    }

    [Fact]
    public async Task A_storage_that_fails_is_told_as_such_and_the_grain_keeps_its_memory()
    {
        await Grain.Add(5);
        engine.Storage.Failures[_key] = new IOException("disk full");

        var told = await Assert.ThrowsAsync<OrleansException>(async () => await Grain.Write());

        Assert.Equal("disk full", Assert.IsType<IOException>(told.InnerException).Message);
        Assert.Equal(5, await Grain.Value());
        Assert.Equal(1, await Grain.Life());
        Assert.Equal(5, await Grain.Write());
    }

    [Fact]
    public async Task A_storage_that_fails_to_read_fails_the_activation_and_is_asked_again()
    {
        engine.Storage.Failures[_key] = new IOException("disk gone");

        var told = await Assert.ThrowsAnyAsync<Exception>(async () => await Grain.Value());

        Assert.Contains("disk gone", told.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await Grain.Value());
    }

    [Fact]
    public async Task Interleaving_calls_go_on_while_a_write_is_under_way_and_do_not_change_what_it_writes()
    {
        engine.Storage.SlowWrites.Add(_key);
        await Grain.Add(5);
        var write = Grain.Write();
        await engine.Probe.Until(_key, """serialised {"Value":5}""");

        await Grain.Add(10);
        Assert.Equal(15, await Grain.Value());
        Assert.False(write.IsCompleted);
        engine.Probe.Open($"write:{_key}");

        Assert.Equal(5, await write);
        Assert.Equal(5, engine.Storage.Stored<Tally>(Grain.GetGrainId()).Value);
        Assert.Equal(15, await Grain.Value());
    }

    [Fact]
    public async Task A_write_holds_at_least_what_the_grain_held_when_it_asked_for_it()
    {
        // Orleans up to 10.4 serialises within the call, later ones in a turn after it: both are allowed, less is not.
        await Grain.AddWriteAdd(before: 5, after: 10);
        Assert.Contains(engine.Storage.Stored<Tally>(Grain.GetGrainId()).Value, (int[])[5, 15]);
    }
}
