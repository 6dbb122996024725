using System.Net;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>Asking for more than an answer at once.</summary>
public sealed class DemandTests(ApiHost host)
{
    [Theory]
    [InlineData("")]
    [InlineData("/book")]
    public async Task A_sequence_that_is_reached_is_answered_at_once(string view)
    {
        var instrument = host.NewInstrument().Book(10, 100m, 101m);

        using var response = await host.Get($"/v1/instruments/{instrument.Id}{view}?minSequence=10");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("", "minSequence=11")]
    [InlineData("/book", "minSequence=11&wait=20")]
    [InlineData("/book", "minSequence=11&wait=PT0.02S")]
    public async Task A_sequence_that_is_not_reached_is_503(string view, string query)
    {
        var instrument = host.NewInstrument().Book(10, 100m, 101m);

        using var response = await host.Get($"/v1/instruments/{instrument.Id}{view}?{query}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("1", response.Header("Retry-After"));
        Assert.Equal("10", response.Header("X-Sequence"));
        Assert.Equal("live", response.Header("X-Freshness"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/book")]
    public async Task Waiting_ends_as_soon_as_the_sequence_comes(string view)
    {
        var instrument = host.NewInstrument().Book(10, 100m, 101m);
        var reading = host.Get($"/v1/instruments/{instrument.Id}{view}?minSequence=12&wait=5000");
        await Eventually.Holds(() => instrument.SequenceWaits == 1, ApiHost.Deadline, "the reader waits");
        Assert.False(reading.IsCompleted);

        instrument.Book(11, 100m, 101m);
        instrument.Book(12, 100m, 102m);

        using var response = await reading;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("12", response.Header("X-Sequence"));
        Assert.Contains("102", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instrument_may_be_waited_for_before_anything_is_known_of_it()
    {
        var instrument = host.NewInstrument();
        var reading = host.Get($"/v1/instruments/{instrument.Id}?minSequence=1&wait=5000");
        await Eventually.Holds(() => instrument.SequenceWaits == 1, ApiHost.Deadline, "the reader waits");

        instrument.Book(1, 100m, 101m);

        using var response = await reading;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/book")]
    [InlineData("/trades")]
    [InlineData("/candles")]
    public async Task Max_age_is_fresh_or_fail(string view)
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var then = TimeProvider.System.GetUtcNow().AddSeconds(-1000);
        var path = $"/v1/instruments/{instrument.Id}{view}";
        using var fresh = await host.Get($"{path}?maxAge=900");
        instrument.Says(freshness => freshness with { Watermark = then, ReceivedAt = then });
        using var old = await host.Get($"{path}?maxAge=900");
        using var enough = await host.Get($"{path}?maxAge=2000");
        instrument.Says(freshness => freshness with { Watermark = null, ReceivedAt = null });
        using var unknown = await host.Get($"{path}?maxAge=2000");

        Assert.Equal(HttpStatusCode.OK, fresh.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, old.StatusCode);
        Assert.Equal("1", old.Header("Retry-After"));
        Assert.Equal("live", old.Header("X-Freshness"));
        Assert.Equal(HttpStatusCode.OK, enough.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
    }
}
