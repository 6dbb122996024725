using System.Globalization;
using System.Net;
using StreamForge.Contracts.Integrity;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>The headers that say how fresh an answer is, and asking again with them.</summary>
public sealed class FreshnessTests(ApiHost host)
{
    public static TheoryData<string> Views => ["", "/book", "/trades", "/candles"];

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Every_view_has_the_headers_of_freshness(string view)
    {
        var instrument = host.NewInstrument().Book(41, 100m, 101m).Trade(1, 100m);

        using var response = await host.Get($"/v1/instruments/{instrument.Id}{view}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("41", response.Header("X-Sequence"));
        Assert.Equal("live", response.Header("X-Freshness"));
        Assert.Equal("no-cache", response.Header("Cache-Control"));
        Assert.Matches("^\"[A-Za-z0-9_-]{22}\"$", response.Header("ETag"));
        Assert.NotNull(response.Content.Headers.LastModified);
        Assert.InRange(long.Parse(response.Header("Age")!, CultureInfo.InvariantCulture), 0, 30);
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task The_same_content_is_not_sent_again_but_its_freshness_is(string view)
    {
        var instrument = host.NewInstrument().Book(41, 100m, 101m).Trade(1, 100m);
        var path = $"/v1/instruments/{instrument.Id}{view}";
        using var first = await host.Get(path);
        instrument.Says(freshness => freshness with { Status = FreshnessStatus.Stale, Reason = "No word from the source." });

        using var second = await host.Get(path, ("If-None-Match", first.Header("ETag")!));

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(first.Header("ETag"), second.Header("ETag"));
        Assert.Equal("stale", second.Header("X-Freshness"));
        Assert.Equal("41", second.Header("X-Sequence"));
        Assert.NotNull(second.Header("Age"));
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Changed_content_has_another_tag_and_the_same_content_the_same()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var path = $"/v1/instruments/{instrument.Id}/book";
        using var first = await host.Get(path);
        instrument.Book(2, 100m, 102m);
        using var second = await host.Get(path, ("If-None-Match", first.Header("ETag")!));
        instrument.Book(3, 100m, 101m);
        using var third = await host.Get(path);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.NotEqual(first.Header("ETag"), second.Header("ETag"));
        Assert.Equal(first.Header("ETag"), third.Header("ETag"));
    }

    [Theory]
    [InlineData("*", HttpStatusCode.NotModified)]
    [InlineData("W/{0}", HttpStatusCode.NotModified)]
    [InlineData("\"other\", {0}", HttpStatusCode.NotModified)]
    [InlineData("\"other\"", HttpStatusCode.OK)]
    [InlineData("not a tag", HttpStatusCode.OK)]
    public async Task If_none_match_is_read_by_the_book(string header, HttpStatusCode expected)
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var path = $"/v1/instruments/{instrument.Id}";
        using var first = await host.Get(path);

        using var second = await host.Get(path, ("If-None-Match", string.Format(CultureInfo.InvariantCulture, header, first.Header("ETag"))));

        Assert.Equal(expected, second.StatusCode);
    }

    [Fact]
    public async Task Freshness_changes_the_body_though_the_content_stays()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var path = $"/v1/instruments/{instrument.Id}/book";
        using var first = await host.Get(path);
        instrument.Says(freshness => freshness with { Status = FreshnessStatus.Gap, Reason = "2 to 5 are missing." });

        using var second = await host.Get(path);

        Assert.Contains("\"status\":\"live\"", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"status\":\"gap\"", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("gap", second.Header("X-Freshness"));
        Assert.Equal(first.Header("ETag"), second.Header("ETag"));
    }

    [Theory]
    [InlineData(FreshnessStatus.Live, "live")]
    [InlineData(FreshnessStatus.Stale, "stale")]
    [InlineData(FreshnessStatus.Stalled, "stalled")]
    [InlineData(FreshnessStatus.SourceDown, "source-down")]
    [InlineData(FreshnessStatus.Repairing, "repairing")]
    [InlineData(FreshnessStatus.Gap, "gap")]
    [InlineData(FreshnessStatus.Parked, "parked")]
    [InlineData(FreshnessStatus.Cold, "cold")]
    public async Task Every_status_has_its_word(FreshnessStatus status, string word)
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m).Says(freshness => freshness with { Status = status });

        using var response = await host.Get($"/v1/instruments/{instrument.Id}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(word, response.Header("X-Freshness"));
    }

    [Fact]
    public async Task Age_is_never_negative_and_last_modified_never_later_than_now()
    {
        var ahead = TimeProvider.System.GetUtcNow().AddHours(1);
        var instrument = host.NewInstrument().Book(1, 100m, 101m)
            .Says(freshness => freshness with { Watermark = ahead, ReceivedAt = ahead, AppliedAt = ahead });

        using var response = await host.Get($"/v1/instruments/{instrument.Id}");

        Assert.Equal("0", response.Header("Age"));
        Assert.True(response.Content.Headers.LastModified < ahead);
    }

    [Fact]
    public async Task Age_counts_from_the_watermark()
    {
        var then = TimeProvider.System.GetUtcNow().AddSeconds(-100);
        var instrument = host.NewInstrument().Book(1, 100m, 101m)
            .Says(freshness => freshness with { Watermark = then, ReceivedAt = then.AddSeconds(-50), AppliedAt = then });

        using var response = await host.Get($"/v1/instruments/{instrument.Id}");

        Assert.InRange(long.Parse(response.Header("Age")!, CultureInfo.InvariantCulture), 100, 130);
        Assert.Equal(then.ToUnixTimeSeconds(), response.Content.Headers.LastModified!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Where_nobody_vouches_there_is_no_age()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m)
            .Says(freshness => freshness with { Watermark = null, ReceivedAt = null, AppliedAt = null });

        using var response = await host.Get($"/v1/instruments/{instrument.Id}");

        Assert.Null(response.Header("Age"));
        Assert.Null(response.Content.Headers.LastModified);
    }

    [Fact]
    public async Task Head_is_as_get_without_the_body()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        using var get = await host.Get($"/v1/instruments/{instrument.Id}");

        using var head = await host.Send(HttpMethod.Head, $"/v1/instruments/{instrument.Id}");

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Header("ETag"), head.Header("ETag"));
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }
}
