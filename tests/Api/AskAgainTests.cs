using System.Net;
using Orleans.Runtime;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Api;

/// <summary>A read that has no answer, or none that counts, is asked once more where the options say so.</summary>
public sealed class AskAgainTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GrainTimeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_call_that_hangs_is_asked_again_and_the_second_answer_counts()
    {
        await using var host = await Start();
        var instrument = host.NewInstrument().Book(5, 100, 101);
        var never = new TaskCompletionSource();
        instrument.Hangs = never.Task;
        var asked = host.Client.GetAsync(new Uri($"/v1/instruments/{instrument.Id}", UriKind.Relative));
        await Eventually.Holds(() => instrument.Asked == 1, Deadline, "the instrument was asked");
        instrument.Hangs = null;
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, instrument.Asked);
        never.SetResult();
    }

    [Fact]
    public async Task While_a_grain_hangs_the_answer_is_what_was_known_last()
    {
        await using var host = await Start();
        var instrument = host.NewInstrument().Book(5, 100, 101);
        var address = new Uri($"/v1/instruments/{instrument.Id}", UriKind.Relative);
        using (var first = await host.Client.GetAsync(address))
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var never = new TaskCompletionSource();
        instrument.Hangs = never.Task;
        // Before the grain's own time is over.
        using (var recalled = await host.Client.GetAsync(address).WaitAsync(GrainTimeout / 2))
            Assert.Equal((HttpStatusCode.OK, "stale"), (recalled.StatusCode, recalled.Headers.GetValues("X-Freshness").Single().Split(';')[0]));
        never.SetResult();
        instrument.Hangs = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await host.Client.GetAsync(address);
                return !again.Headers.GetValues("X-Freshness").Single().StartsWith("stale", StringComparison.Ordinal);
            },
            Deadline,
            "it answers by itself again");
    }

    [Fact]
    public async Task A_call_that_the_engine_could_not_deliver_is_asked_again()
    {
        await using var host = await Start();
        var instrument = host.NewInstrument().Book(5, 100, 101);
        instrument.Throws = new OrleansException("the silo is gone");
        var asked = host.Client.GetAsync(new Uri($"/v1/instruments/{instrument.Id}", UriKind.Relative));
        await Eventually.Holds(() => instrument.Asked == 1, Deadline, "the instrument was asked");
        instrument.Throws = null;
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task What_the_grain_itself_throws_is_not_asked_again()
    {
        await using var host = await Start();
        var instrument = host.NewInstrument().Book(5, 100, 101);
        instrument.Throws = new InvalidOperationException("broken");
        using var answer = await host.Client.GetAsync(new Uri($"/v1/instruments/{instrument.Id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(1, instrument.Asked);
    }

    private static Task<ApiHost> Start() => ApiHost.Start(options =>
    {
        options.GrainTimeout = GrainTimeout;
        options.AskAgainAfter = TimeSpan.FromMilliseconds(200);
    });
}
