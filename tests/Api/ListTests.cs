using System.Collections.Immutable;
using System.Net;
using StreamForge.ClientApi.Documents;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>Listing instruments, and how the platform stands.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private readonly ApiHost _host = new();

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _host.Market.Listed = [.. Enumerable.Range(0, 25).Select(index => new InstrumentSummary
        {
            Instrument = $"{(index % 2 == 0 ? "binance" : "kraken")}:S{index:D2}",
            Status = index % 5 == 0 ? FreshnessStatus.Gap : FreshnessStatus.Live,
            Sequence = index,
            CheckpointedAt = DateTimeOffset.UnixEpoch.AddDays(index),
            Watermark = index % 5 == 0 ? null : DateTimeOffset.UnixEpoch.AddDays(index + 1),
        })];
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Pages_follow_each_other_until_the_last()
    {
        var seen = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await List($"?limit=10{(cursor is null ? "" : "&cursor=" + cursor)}");
            seen.AddRange(page.Items.Select(item => item.Instrument));
            cursor = page.Next;
            pages++;
        }
        while (cursor is not null);

        Assert.Equal(3, pages);
        Assert.Equal(_host.Market.Listed.Select(item => item.Instrument).Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task Lists_are_filtered_by_venue_and_status()
    {
        var page = await List("?venue=kraken&status=gap");

        Assert.Equal(["kraken:S05", "kraken:S15"], page.Items.Select(item => item.Instrument));
        Assert.All(page.Items, item => Assert.Equal("gap", item.Status));
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task An_item_tells_its_last_checkpoint()
    {
        var page = await List("?limit=1&venue=kraken");

        Assert.Equal(
            new InstrumentSummaryDocument("kraken:S01", "live", 1, DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddDays(2)),
            Assert.Single(page.Items));
    }

    [Fact]
    public async Task Status_tells_all_that_the_platform_says_of_itself()
    {
        var status = await _host.GetDocument("/v1/status", DocumentJson.Default.PlatformStatus);

        var expected = _host.Market.Status;
        Assert.Equal(expected.Partitions.AsEnumerable(), status.Partitions);
        Assert.Equal(expected.Parked.AsEnumerable(), status.Parked);
        Assert.Equal(expected.Sources.AsEnumerable(), status.Sources);
        var none = ImmutableArray<PartitionStatus>.Empty;
        Assert.Equal(
            expected with { Partitions = none, Parked = [], Sources = [] }, status with { Partitions = none, Parked = [], Sources = [] });
    }

    [Fact]
    public async Task Health_is_live_and_ready()
    {
        Assert.Equal("live", (await _host.GetDocument("/health/live", DocumentJson.Default.HealthDocument)).Status);
        Assert.Equal("ready", (await _host.GetDocument("/health/ready", DocumentJson.Default.HealthDocument)).Status);
    }

    [Fact]
    public async Task The_landing_page_links_to_addresses_that_answer()
    {
        var page = await _host.Client.GetStringAsync("/");
        var links = page.Split("href=\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).ToList();

        Assert.Equal(6, links.Count);
        foreach (var link in links)
        {
            using var response = await _host.Get(link);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private Task<InstrumentPageDocument> List(string query) =>
        _host.GetDocument("/v1/instruments" + query, DocumentJson.Default.InstrumentPageDocument);
}
