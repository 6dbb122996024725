using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>Ten thousand damaged frames among good ones: nothing stops, and the books of both groups balance to the record.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int Mutations = 10_000;
    private const int Parallel = 500;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Damaged_frames_stop_nothing_and_every_record_is_accounted_for()
    {
        var random = Seeded.NewRandom();
        var frames = MarketRecordings.ReadCapture(MarketRecordings.FamilyFrames).Select(message => message.Body)
            .Where(body => KeyOf(body) is not null).ToArray();
        using var folder = new TempFolder();
        // The exchange stands still: what comes in is what this test appends.
        await using var platform = await TestPlatform.Start(
            TestPlatform.Replay(folder.Path, SharedData.Path(MarketRecordings.FamilyFrames), SharedData.Path(MarketRecordings.FamilySnapshots))
                with { LockStep = true });
        await using var producer = platform.Host.Services.GetRequiredService<IEventLog>().CreateProducer();
        var appends = new List<Task<AppendedAt>>();
        for (var i = 0; i < Mutations; i++)
        {
            var frame = frames[i % frames.Length];
            var key = KeyOf(frame)!;
            appends.Add(producer.Append(Record(frame, key, i, random: null), CancellationToken.None));
            appends.Add(producer.Append(Record(Mutate(frame, random), key, i, random), CancellationToken.None));
            if (appends.Count >= Parallel)
            {
                await Task.WhenAll(appends);
                appends.Clear();
            }
        }
        await Task.WhenAll(appends);

        var pipeline = platform.Host.Services.GetRequiredService<Pipeline>();
        await Eventually.Holds(() => pipeline.Derived.In >= 2 * Mutations, Deadline, "all frames are read");
        // Not at rest: what damaged ids pretend to be missing is asked for as long as the test lasts.
        await Eventually.HoldsAsync(async () => await Lag(platform) == 0, Deadline, "nothing waits in any partition");
        await Balanced(platform, () => pipeline.Derived, "the parser");
        await Balanced(platform, () => pipeline.Fed, "the instruments");
        Assert.InRange(pipeline.Derived.DeadLettered, 1, Mutations);
        // Half of the frames were good, and reached the grains or were known there.
        Assert.InRange(pipeline.Derived.Applied, Mutations / 2, long.MaxValue);
        foreach (var partition in (await platform.Status()).GetProperty("partitions").EnumerateArray())
        {
            Assert.False(partition.GetProperty("stalled").GetBoolean(), partition.ToString());
            Assert.Equal(1, partition.GetProperty("epoch").GetInt64());
        }
        Assert.Equal(0, (await platform.Status()).GetProperty("parked").GetArrayLength());
    }

    private static async Task<long> Lag(TestPlatform platform) =>
        (await platform.Status()).GetProperty("partitions").EnumerateArray().Sum(partition => partition.GetProperty("lag").GetInt64());

    /// <summary>
    /// Answers to repairs still come in, and a record that is on its way could stand for one that was counted twice. So only a look
    /// counts during which nothing came and nothing was on its way.
    /// </summary>
    private async Task Balanced(TestPlatform platform, Func<EventTotals> totals, string who)
    {
        try
        {
            await Eventually.HoldsAsync(
                async () => totals() is var before && await Lag(platform) == 0 && before == totals() && before.In == Sum(before),
                Deadline,
                $"the books of {who} balance");
        }
        finally
        {
            output.WriteLine($"{who}: {totals()}");
        }
    }

    private static long Sum(EventTotals t) => t.Applied + t.Duplicate + t.Filtered + t.Superseded + t.DeadLettered;

    private static NewRecord Record(byte[] frame, string key, int number, Random? random)
    {
        var now = DateTimeOffset.UtcNow;
        var headers = new List<LogHeader>
        {
            Header(RecordHeaders.Source, "binance-usdm"),
            Header(RecordHeaders.Schema, RecordSchemas.RawFrame),
            Header(RecordHeaders.ReceivedAt, ((now - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture)),
            Header(RecordHeaders.EventId, string.Create(CultureInfo.InvariantCulture, $"fuzz-{number}-{(random is null ? "good" : "bad")}")),
            Header(RecordHeaders.Instrument, key),
        };
        // Now and then what stands around the frame is damaged too.
        if (random?.Next(10) == 0)
            headers.RemoveAt(random.Next(headers.Count));
        else if (random?.Next(10) == 0)
        {
            var at = random.Next(headers.Count);
            headers[at] = headers[at] with { Value = Mutate(headers[at].Value.ToArray(), random) };
        }
        return new NewRecord { Topic = Topics.RawMarket, Key = Encoding.UTF8.GetBytes(key), Value = frame, Headers = headers, Timestamp = now };
    }

    private static LogHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    private static byte[] Mutate(byte[] frame, Random random)
    {
        if (frame.Length == 0)
            return frame;
        var at = random.Next(frame.Length);
        var mutated = frame.ToList();
        switch (random.Next(7))
        {
            case 0:
                mutated[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                mutated.RemoveRange(at, mutated.Count - at);
                break;
            case 2:
                mutated.RemoveRange(at, Math.Min(random.Next(1, 20), mutated.Count - at));
                break;
            case 3:
                mutated.InsertRange(at, Enumerable.Range(0, random.Next(1, 40)).Select(_ => (byte)random.Next(256)));
                break;
            case 4:
                // A number that is still one: times, ids and sequences far away.
                var digits = Enumerable.Range(0, mutated.Count).Where(i => char.IsAsciiDigit((char)mutated[i])).ToArray();
                if (digits.Length > 0)
                    mutated[digits[random.Next(digits.Length)]] = (byte)('0' + random.Next(10));
                break;
            case 5:
                mutated.InsertRange(at, Enumerable.Repeat((byte)'[', random.Next(1, 300)));
                break;
            default:
                mutated.AddRange(mutated.GetRange(at, mutated.Count - at));
                break;
        }
        return [.. mutated];
    }

    private static string? KeyOf(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("data", out var data)
            && data.TryGetProperty("s", out var symbol) ? $"binance-usdm:{symbol.GetString()}" : null;
    }
}
