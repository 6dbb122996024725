using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>Pumps with a backlog take turns: so many at once, for a time, and one that holds on to its turn keeps nobody waiting.</summary>
public sealed class PumpTurnsTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Length = TimeSpan.FromMilliseconds(10);
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly PumpTurns _turns;
    private readonly object _a = new(), _b = new(), _c = new();

    public PumpTurnsTests() => _turns = new PumpTurns(1, _time);

    public void Dispose() => _turns.Dispose();

    [Fact]
    public async Task A_turn_lasts_for_its_time_and_then_goes_to_the_next()
    {
        await Take(_a);
        var next = _turns.Take(_b).AsTask();
        _time.Advance(Length / 2);
        Assert.True(_turns.Take(_a).AsTask().IsCompleted);
        Assert.False(next.IsCompleted);

        _time.Advance(Length / 2);
        await next.WaitAsync(Deadline);

        var again = _turns.Take(_a).AsTask();
        Assert.False(again.IsCompleted);
        _turns.End(_b);
        await again.WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_turn_that_is_used_up_goes_to_the_end_of_the_line()
    {
        await Take(_a);
        var (b, c) = (_turns.Take(_b).AsTask(), _turns.Take(_c).AsTask());
        _time.Advance(Length);
        await b.WaitAsync(Deadline);
        var a = _turns.Take(_a).AsTask();
        _turns.End(_b);
        await c.WaitAsync(Deadline);
        Assert.False(a.IsCompleted);
        _turns.End(_c);
        await a.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Nobody_waits_for_who_never_ends_his_turn()
    {
        await Take(_a);
        var waiting = new[] { _b, _c }.Select(pump => _turns.Take(pump).AsTask()).ToArray();
        foreach (var turn in waiting)
        {
            Assert.False(turn.IsCompleted);
            _time.Advance(Length);
            await turn.WaitAsync(Deadline);
        }
    }

    private Task Take(object pump) => _turns.Take(pump).AsTask().WaitAsync(Deadline);
}
