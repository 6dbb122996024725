using System.Text.Json;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class KrakenReplayTests
{
    [Fact]
    public async Task The_whole_recording_passes_the_venue_s_checksums()
    {
        await using var host = await Recorded.StartAsync(Recorded.AtFullSpeed(Recorded.Kraken));
        Assert.Equal(10, host.Symbols.Count);
        await using var subscriber = await Subscriber.ConnectAsync(host, "");
        Assert.Equal("online", (await subscriber.NextJsonAsync()).GetProperty("status").GetString());
        await subscriber.SayAsync(Command("subscribe", "trade", host.Symbols));
        await subscriber.SayAsync(Command("subscribe", "book", host.Symbols));
        var books = host.Symbols.ToDictionary(pair => pair, _ => new KrakenClientBook());
        int snapshots = 0, updates = 0, trades = 0, confirmed = 0;
        while (updates < 4_269)
        {
            var message = await subscriber.NextJsonAsync();
            if (message.ValueKind == JsonValueKind.Object)
            {
                confirmed += message.TryGetProperty("status", out var status) && status.GetString() == "subscribed" ? 1 : 0;
                continue;
            }

            var pair = message[message.GetArrayLength() - 1].GetString()!;
            if (message[message.GetArrayLength() - 2].GetString() == "trade")
            {
                trades++;
                continue;
            }

            if (books[pair].Apply(message) is { } checksum)
            {
                updates++;
                Assert.Equal(checksum, books[pair].Checksum());
            }
            else
            {
                snapshots++;
            }
        }

        Assert.Equal((10, 20), (snapshots, confirmed));
        Assert.True(trades > 0);
    }

    [Fact]
    public async Task A_book_subscribed_to_again_starts_with_a_snapshot_of_the_present()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Kraken) with
        {
            Playback = new PlaybackOptions { LockStep = true, ExpectedStreams = ["XMR/USD@book"] },
        });
        await using var subscriber = await Subscriber.ConnectAsync(host, "");
        await subscriber.NextJsonAsync();
        await subscriber.SayAsync(Command("subscribe", "book", ["XMR/USD"]));
        Assert.Equal("subscribed", (await subscriber.NextJsonAsync()).GetProperty("status").GetString());
        var random = new Random(7);
        var checkedUpdates = 0;
        for (var round = 0; round < 12; round++)
        {
            await host.AdvanceAsync(1 + random.Next(250));
            await subscriber.SayAsync(Command("unsubscribe", "book", ["XMR/USD"]));
            await SkipToStatusAsync(subscriber, "unsubscribed");
            await subscriber.SayAsync(Command("subscribe", "book", ["XMR/USD"]));
            await SkipToStatusAsync(subscriber, "subscribed");
            var book = new KrakenClientBook();
            var snapshot = await NextDataAsync(subscriber);
            Assert.True(snapshot[1].TryGetProperty("as", out _) && snapshot[1].TryGetProperty("bs", out _));
            Assert.Equal(("book-1000", "XMR/USD"), (snapshot[2].GetString(), snapshot[3].GetString()));
            book.Apply(snapshot);

            // At least one update of the pair, and its checksum must hold on the computed book.
            var before = host.Status().Connections[0].Sent;
            while (host.Status().Connections[0].Sent == before && !(await host.AdvanceAsync(1)).Ended)
            {
            }

            var update = await NextDataAsync(subscriber);
            Assert.Equal(book.Apply(update), book.Checksum());
            checkedUpdates++;
        }

        Assert.Equal(12, checkedUpdates);
        Assert.Equal(13, host.Status().Rest.ByKind["subscribe.book"]);
    }

    [Fact]
    public async Task Wrong_commands_are_refused_and_pings_answered()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Kraken));
        await using var subscriber = await Subscriber.ConnectAsync(host, "");
        await subscriber.NextJsonAsync();
        Assert.Equal("Currency pair not supported FOO/BAR", await RefusalAsync(Command("subscribe", "book", ["FOO/BAR"])));
        Assert.Equal("Subscription depth not supported", await RefusalAsync(Command("subscribe", "book", ["XMR/USD"], 25)));
        Assert.Equal("Subscription name invalid", await RefusalAsync(Command("subscribe", "gossip", ["XMR/USD"])));
        Assert.Equal("Subscription Not Found", await RefusalAsync(Command("unsubscribe", "book", ["XMR/USD"])));
        Assert.Equal("Malformed request", await RefusalAsync("{"));
        Assert.Equal("Malformed request", await RefusalAsync("""{"event":"subscribe","pair":[1],"subscription":{"name":"book"}}"""));
        await subscriber.SayAsync("""{"event":"ping","reqid":42}""");
        Assert.Equal("""{"event":"pong","reqid":42}""", (await subscriber.NextJsonAsync()).GetRawText());

        async Task<string?> RefusalAsync(string command)
        {
            await subscriber.SayAsync(command);
            return (await subscriber.NextJsonAsync()).GetProperty("errorMessage").GetString();
        }
    }

    [Fact]
    public async Task A_quiet_link_carries_heartbeats()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Kraken) with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        });
        await using var subscriber = await Subscriber.ConnectAsync(host, "");
        await subscriber.NextJsonAsync();
        await subscriber.SayAsync(Command("subscribe", "trade", ["XMR/USD"]));
        await SkipToStatusAsync(subscriber, "subscribed");
        for (var i = 0; i < 3; i++)
            Assert.Equal("""{"event":"heartbeat"}""", (await subscriber.NextJsonAsync()).GetRawText());
    }

    private static async Task SkipToStatusAsync(Subscriber subscriber, string status)
    {
        while (true)
        {
            var message = await subscriber.NextJsonAsync();
            if (message.ValueKind == JsonValueKind.Object && message.TryGetProperty("status", out var said) && said.GetString() == status)
                return;
        }
    }

    private static async Task<JsonElement> NextDataAsync(Subscriber subscriber)
    {
        while (true)
        {
            var message = await subscriber.NextJsonAsync();
            if (message.ValueKind == JsonValueKind.Array)
                return message;
        }
    }

    private static string Command(string command, string channel, IEnumerable<string> pairs, int depth = 1000) =>
        JsonSerializer.Serialize(new
        {
            @event = command,
            pair = pairs,
            subscription = channel == "book" ? (object)new { name = channel, depth } : new { name = channel },
        });
}
