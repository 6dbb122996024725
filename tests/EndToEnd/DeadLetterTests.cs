using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Files;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Standalone.Commands;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A record that nothing can read, from the topic of dead letters to what an operator does about it, over the real pipeline.</summary>
public sealed class DeadLetterTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_letter_is_listed_replayed_once_given_up_again_and_discarded_and_stays_so()
    {
        using var folder = new TempFolder();
        await (await TestPlatform.Start(Generated(folder.Path))).DisposeAsync();
        await Poison(folder.Path);
        await using (var platform = await TestPlatform.Start(Generated(folder.Path)))
        {
            var first = Assert.Single(await Letters(platform, 1));
            Assert.Equal(("open", "raw.market", "no frame"), Told(first));
            var id = first.GetProperty("id").GetString()!;
            var record = await platform.Get($"/v1/dead-letters/{id}");
            Assert.Equal("{ this is no frame", record.GetProperty("value").GetString());

            Assert.Equal("done", await Order(platform, id, "replay"));
            // What could not be read cannot be read again: another letter, which says whose replay it is.
            var second = Assert.Single(await Letters(platform, 2), letter => letter.GetProperty("replayOf").GetString() == id);
            Assert.Equal(("open", "raw.market", "no frame"), Told(second));
            Assert.Equal("nothing-to-do", await Order(platform, id, "replay"));
            Assert.Equal("done", await Order(platform, second.GetProperty("id").GetString()!, "discard"));
            await Counted(platform, open: 0, replayed: 1, discarded: 1);
        }

        await using var again = await TestPlatform.Start(Generated(folder.Path));
        await Counted(again, open: 0, replayed: 1, discarded: 1);
        Assert.Equal(["discarded", "replayed"], (await Letters(again, 2)).Select(letter => letter.GetProperty("state").GetString()));
        Assert.Empty((await again.Get("/v1/dead-letters?state=open")).GetProperty("items").EnumerateArray());
        var orders = (await again.Get("/v1/operator-actions")).GetProperty("items").EnumerateArray();
        Assert.Equal(["discard", "replay", "replay"], orders.Select(order => order.GetProperty("what").GetString()));
    }

    private static (string?, string?, string) Told(JsonElement letter) => (
        letter.GetProperty("state").GetString(), letter.GetProperty("topic").GetString(),
        letter.GetProperty("reason").GetString() is { Length: > 0 } ? "no frame" : "no reason");

    /// <summary>As many as there are to be, the newest record first.</summary>
    private static async Task<List<JsonElement>> Letters(TestPlatform platform, int count)
    {
        List<JsonElement> found = [];
        await Eventually.HoldsAsync(
            async () => (found = [.. (await platform.Get("/v1/dead-letters")).GetProperty("items").EnumerateArray()]).Count >= count,
            Deadline, $"{count} letters are listed");
        Assert.Equal(count, found.Count);
        return found;
    }

    private static Task Counted(TestPlatform platform, long open, long replayed, long discarded) => Eventually.HoldsAsync(
        async () => (await platform.Status()).GetProperty("letters") is { ValueKind: JsonValueKind.Object } counts
            && (counts.GetProperty("open").GetInt64(), counts.GetProperty("replayed").GetInt64(), counts.GetProperty("discarded").GetInt64())
                == (open, replayed, discarded),
        Deadline, "the status counts them");

    private static async Task<string> Order(TestPlatform platform, string id, string verb)
    {
        using var answer = await platform.Http.PostAsJsonAsync(
            new Uri($"/v1/dead-letters/{id}/{verb}", UriKind.Relative), new { reason = "a test" });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("outcome").GetString()!;
    }

    /// <summary>What no venue sends, as a connector would have appended it, while the platform is down.</summary>
    private static async Task Poison(string folder)
    {
        using var disk = new DiskFileSystem(Path.Combine(folder, "log"));
        await using var log = await SegmentEventLog.Open(
            disk, new EmbeddedLogOptions(), TimeProvider.System, new RandomIdSource(), NullLogger.Instance);
        await using var producer = log.CreateProducer();
        await producer.Append(
            new NewRecord
            {
                Topic = Topics.RawMarket,
                Partition = 1,
                Value = Encoding.UTF8.GetBytes("{ this is no frame"),
                Headers =
                [
                    new LogHeader(RecordHeaders.EventId, "poison-1"u8.ToArray()), new LogHeader(RecordHeaders.Source, "binance"u8.ToArray()),
                    new LogHeader(RecordHeaders.Schema, Encoding.UTF8.GetBytes(RecordSchemas.RawFrame)),
                    new LogHeader(RecordHeaders.ReceivedAt, "1700000000000000000"u8.ToArray()),
                ],
                Timestamp = DateTimeOffset.UtcNow,
            },
            CancellationToken.None);
    }

    private static UpOptions Generated(string folder) => TestPlatform.Replay(folder) with { Instruments = 1, Rate = 50 };
}
