using StreamForge.ClientApi.Streaming;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Api.Reading;
using Microsoft.Extensions.DependencyInjection;

namespace StreamForge.Tests.Api;

/// <summary>Server-sent events: every change once, in order, over reconnections too.</summary>
public sealed class StreamTests(ApiHost host)
{
    [Fact]
    public async Task A_reader_without_a_place_starts_from_a_snapshot()
    {
        var instrument = host.NewInstrument().Book(41, 100m, 101m);
        await using var stream = await SseReader.Open(host, instrument.Id);

        var snapshot = await stream.Next("snapshot");
        instrument.Book(42, 100.50m, 101m).Trade(9, 100.75m);
        var book = await stream.Next("book");
        var trade = await stream.Next("trade");

        Assert.Equal("life-1:1", snapshot.Id);
        Assert.Equal("41", snapshot.Json.GetProperty("freshness").GetProperty("sequence").ToString());
        Assert.Equal("life-1:2", book.Id);
        Assert.Equal(42, book.Json.GetProperty("sequence").GetInt64());
        Assert.Equal("100.50", book.Json.GetProperty("bestBid").GetProperty("price").GetString());
        Assert.Equal("101", book.Json.GetProperty("bestAsk").GetProperty("price").GetString());
        Assert.Equal("live", book.Json.GetProperty("status").GetString());
        Assert.Equal("life-1:3", trade.Id);
        Assert.Equal(9, trade.Json.GetProperty("trade").GetProperty("tradeId").GetInt64());
        Assert.Equal("100.75", trade.Json.GetProperty("trade").GetProperty("price").GetString());
        Assert.Equal("no-store", stream.Response.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_reader_that_comes_back_goes_on_where_it_was()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        string lastId;
        await using (var stream = await SseReader.Open(host, instrument.Id))
        {
            await stream.Next("snapshot");
            instrument.Book(2, 100m, 101m);
            lastId = (await stream.Next("book")).Id!;
        }
        for (var sequence = 3; sequence <= 2_500; sequence++)
            instrument.Book(sequence, 100m, 101m);

        await using var again = await SseReader.Open(host, instrument.Id, lastId);
        var missed = await again.Take(2_498);
        instrument.Book(2_501, 100m, 101m);

        Assert.Equal(Enumerable.Range(3, 2_498).Select(version => $"life-1:{version}"), missed.Select(read => read.Id));
        Assert.Equal("life-1:2501", (await again.Next("book")).Id);
    }

    [Theory]
    [InlineData("life-0:1")]
    [InlineData("life-1:999")]
    [InlineData("life-1:x")]
    [InlineData("nonsense")]
    [InlineData(":")]
    public async Task An_unknown_place_is_reset_to_a_snapshot(string lastEventId)
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        await using var stream = await SseReader.Open(host, instrument.Id, lastEventId);

        var reset = await stream.Next("reset");
        var snapshot = await stream.Next("snapshot");
        instrument.Book(2, 100m, 101m);

        Assert.Null(reset.Id);
        Assert.Equal("life-1:1", snapshot.Id);
        Assert.Equal("life-1:2", (await stream.Next("book")).Id);
    }

    [Fact]
    public async Task A_place_that_the_buffer_no_longer_reaches_is_reset()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m).Book(2, 100m, 101m).Book(3, 100m, 101m);
        instrument.Forget();
        await using var stream = await SseReader.Open(host, instrument.Id, "life-1:1");

        await stream.Next("reset");

        Assert.Equal("life-1:3", (await stream.Next("snapshot")).Id);
    }

    [Fact]
    public async Task A_grain_that_lost_its_memory_resets_its_readers()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        await using var stream = await SseReader.Open(host, instrument.Id);
        await stream.Next("snapshot");
        instrument.Book(2, 100m, 101m);
        await stream.Next("book");

        instrument.Restart("life-2");
        instrument.Book(3, 105m, 106m);

        await stream.Next("reset");
        var snapshot = await stream.Next("snapshot");
        Assert.Equal("life-2:3", snapshot.Id);
        Assert.Equal("105", snapshot.Json.GetProperty("bestBid").GetProperty("price").GetString());
        instrument.Book(4, 105m, 106m);
        Assert.Equal("life-2:4", (await stream.Next("book")).Id);
    }

    [Fact]
    public async Task Silence_is_broken_by_comments()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        await using var stream = await SseReader.Open(host, instrument.Id);
        await stream.Next("snapshot");

        for (var beats = 0; beats < 3;)
        {
            var read = await stream.NextOrComment();
            Assert.Equal("heartbeat", read!.Comment);
            beats++;
        }
    }

    [Fact]
    public async Task All_readers_of_an_instrument_share_one_poll_and_see_every_change()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var hub = host.Services.GetRequiredService<FeedHub>();
        var readers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SseReader.Open(host, instrument.Id)));
        foreach (var reader in readers)
            await reader.Next("snapshot");
        for (var sequence = 2; sequence <= 500; sequence++)
            instrument.Book(sequence, 100m, 101m);

        foreach (var reader in readers)
            Assert.Equal(
                Enumerable.Range(2, 499).Select(version => $"life-1:{version}"), (await reader.Take(499)).Select(read => read.Id));
        Assert.Equal(1, instrument.MostPolls);
        Assert.True(hub.Has(instrument.Id));
        foreach (var reader in readers)
            await reader.DisposeAsync();
        await Eventually.Holds(() => !hub.Has(instrument.Id), ApiHost.Deadline, "the feed ends with its last reader");
    }

    [Fact]
    public async Task Readers_outlive_failures_of_the_grain()
    {
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        await using var stream = await SseReader.Open(host, instrument.Id);
        await stream.Next("snapshot");
        instrument.Throws = new InvalidOperationException("for a while");
        instrument.Book(2, 100m, 101m);
        Assert.Equal("life-1:2", (await stream.Next("book")).Id);
        Assert.Equal("heartbeat", (await stream.NextOrComment())!.Comment);
        instrument.Book(3, 100m, 101m);
        instrument.Throws = null;

        Assert.Equal("life-1:3", (await stream.Next("book")).Id);
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused()
    {
        await using var small = await ApiHost.Start(options => options.MaxStreams = 2);
        var instrument = small.NewInstrument().Book(1, 100m, 101m);
        await using var first = await SseReader.Open(small, instrument.Id);
        await using (await SseReader.Open(small, instrument.Id))
        {
            using var third = await small.Get($"/v1/instruments/{instrument.Id}/stream");
            Assert.Equal(503, (int)third.StatusCode);
            Assert.Contains("too-many-streams", await third.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await Eventually.HoldsAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/instruments/{instrument.Id}/stream");
                using var response = await small.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                return response.IsSuccessStatusCode;
            },
            ApiHost.Deadline, "a place is free again");
    }

    [Fact]
    public async Task The_end_of_the_process_ends_streams_at_once()
    {
        var ending = await ApiHost.Start(_ => { });
        var instrument = ending.NewInstrument().Book(1, 100m, 101m);
        await using var stream = await SseReader.Open(ending, instrument.Id);
        await stream.Next("snapshot");

        var stopping = ending.Stop();

        SseEvent? last;
        do
            last = await stream.NextOrComment();
        while (last is not null);
        await stopping.WaitAsync(ApiHost.Deadline);
        await ending.DisposeAsync();
    }
}
