using System.Globalization;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>A pump with a backlog takes turns with the others, batch by batch, and holds none when it has caught up or ends.</summary>
public sealed class BacklogTests : IDisposable
{
    private const int Many = 5_000;
    private readonly ThreadPoolPumpSchedulers _pool = new(TimeProvider.System);
    private readonly CountedTurns _turns;

    public BacklogTests() => _turns = new CountedTurns(_pool);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task A_backlog_is_worked_off_in_turns_which_are_given_back()
    {
        await using var harness = await WithBacklog();
        await harness.Join();
        await harness.AllDurable();
        // A batch is some 200 records here.
        Assert.True(_turns.Taken > 10, $"{_turns.Taken} turns");
        Assert.Equal(0, _turns.Held);
        Assert.Equal(Many, harness.Grain("a").Values.Count);
    }

    [Fact]
    public async Task Without_a_backlog_no_turn_is_taken()
    {
        await using var harness = await WithBacklog();
        await harness.Join();
        await harness.AllDurable();
        var taken = _turns.Taken;
        for (var i = 0; i < 20; i++)
            await harness.Append("a", "1");
        await harness.AllDurable();
        Assert.Equal(taken, _turns.Taken);
    }

    [Fact]
    public async Task Nothing_of_a_backlog_is_taken_before_the_turn()
    {
        await using var harness = await WithBacklog();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turns.Gate = open.Task;
        var group = await harness.Join();
        await PumpHarness.Holds(() => _turns.Taken == 1, "a turn is asked for");
        Assert.Equal(0, Assert.Single(group.Pumps).ReadPosition);
        open.SetResult();
        await harness.AllDurable();
    }

    [Fact]
    public async Task A_pump_that_ends_in_the_middle_of_a_backlog_holds_no_turn()
    {
        await using var harness = await WithBacklog();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Grain("a").Before = _ => open.Task;
        (harness.Options.WindowBytes, harness.Options.LeaveAfter) = (32 * 1024, TimeSpan.FromHours(1));
        var group = await harness.Join();
        await PumpHarness.Holds(() => group.Pumps is [{ ReadPosition: > 400 }], "some of it is read");
        var pump = group.Pumps[0];
        Assert.Equal(1, _turns.Held);
        pump.Abort();
        await pump.Completion;
        Assert.Equal(0, _turns.Held);
        open.SetResult();
    }

    private async Task<PumpHarness> WithBacklog()
    {
        var harness = await PumpHarness.Create();
        harness.Schedulers = _turns;
        harness.Options.ReadBytes = 8 * 1024;
        await Task.WhenAll(Enumerable.Range(0, Many).Select(n => harness.Append("a", n.ToString(CultureInfo.InvariantCulture))));
        return harness;
    }
}
