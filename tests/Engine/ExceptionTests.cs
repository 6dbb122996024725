using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>What a grain throws reaches its caller as what it is.</summary>
public sealed class ExceptionTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private readonly string _key = Guid.NewGuid().ToString();

    private ITurnGrain Grain => engine.Grains.GetGrain<ITurnGrain>(_key);

    [Fact]
    public async Task The_callers_exception_has_the_grains_type_and_message()
    {
        var thrown = await Assert.ThrowsAsync<GrainBrokeException>(() => Grain.Throw("broke"));
        Assert.Equal("broke", thrown.Message);
    }

    [Fact]
    public async Task An_exception_before_the_first_await_comes_by_the_task()
    {
        var call = Grain.ThrowAtOnce("at once");
        Assert.Equal("at once", (await Assert.ThrowsAsync<GrainBrokeException>(() => call)).Message);
    }

    [Fact]
    public async Task It_passes_through_a_grain_between()
    {
        var thrown = await Assert.ThrowsAsync<GrainBrokeException>(() => Grain.ThrowThrough(_key + "other", "far"));
        Assert.Equal("far", thrown.Message);
    }

    [Fact]
    public async Task Cancellation_arrives_as_cancellation()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grain.Cancelled());
    }

    [Fact]
    public async Task A_grain_that_threw_goes_on()
    {
        Assert.Equal(1, await Grain.CountUp());
        await Assert.ThrowsAsync<GrainBrokeException>(() => Grain.Throw("broke"));
        Assert.Equal(2, await Grain.CountUp());
    }

    [Fact]
    public void An_interface_without_a_grain_class_is_refused()
    {
        Assert.Throws<ArgumentException>(() => engine.Grains.GetGrain<INobodysGrain>("any"));
    }

    public interface INobodysGrain : IGrainWithStringKey
    {
        Task Nothing();
    }
}
