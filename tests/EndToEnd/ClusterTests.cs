using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StreamForge.Development;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// A cluster of real processes under load, as <c>./platform cluster</c> starts it, and the end of one of its silos by kill -9. The exchange
/// lives in a process of its own: what it says in the end is the model.
/// </summary>
public class ClusterTests(ITestOutputHelper output)
{
    private const int Instruments = 24;
    private const int Levels = 50;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task After_kill_9_of_a_silo_its_grains_answer_again_ingest_goes_on_and_nothing_is_lost()
    {
        SkipWhereNoClusterCanBe();
        using var folder = new TempFolder();
        using var exchange = new ChildProcess(
            "exchange", "--instruments", Text(Instruments), "--rate", "240", "--seed", "7", "--no-wait");
        var venue = new Uri(await exchange.Says(" at ", StartDeadline));
        using var market = new HttpClient { BaseAddress = venue };
        var port = FreePort();
        using var cluster = new ChildProcess(
            "cluster", "--silos", "3", "--port", Text(port), "--headless", "--partitions", "6", "--data", folder.Path,
            "--live", "binance", "--symbols", string.Join(',', Symbols), "--endpoint", venue.ToString());
        var processes = await cluster.Says("processes    ", StartDeadline);
        using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        await AllLive(api);

        var before = await Task.WhenAll(Symbols.Select(symbol => Sequence(api, symbol)));
        Kill(processes, "silo-2");
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Symbols.Select((symbol, i) => Recovered(api, symbol, before[i]!.Value, began)));
        Say("reads answered again after", [.. times.Select(time => time.Answered)]);
        Say("ingest resumed after", [.. times.Select(time => time.Resumed)]);
        await AllLive(api);
        Say("all live again after", [Stopwatch.GetElapsedTime(began)]);
        await GrainsLiveWhereTheyAreFed(Path.Combine(folder.Path, "logs"));

        using (await market.PostAsync(new Uri("sim/pause", UriKind.Relative), null))
            foreach (var symbol in Symbols)
                await Eventually.HoldsAsync(async () => await SameBook(market, api, symbol), Deadline, $"the book of {symbol} equals the exchange's");
        await Eventually.HoldsAsync(async () => (await Status(api)).GetProperty("openGaps").GetInt32() == 0, Deadline, "no gap is open");
        Assert.Equal(0, (await Status(api)).GetProperty("deadLetters").GetInt64());

        cluster.Interrupt();
        // One of its processes was killed: that alone is said, and no failure of the end.
        Assert.Equal(0, await cluster.Exit(Deadline));
        Assert.Contains("silo-2 has ended with code 137", cluster.Text, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Symbols =>
        Enumerable.Range(1, Instruments).Select(number => string.Create(CultureInfo.InvariantCulture, $"SYM{number:0000}USDT"));

    private static void SkipWhereNoClusterCanBe()
    {
        Assert.SkipWhen(GrainEngine.Name != "orleans", "The engine is embedded, which never leaves one process: a cluster needs Orleans.");
        Assert.SkipWhen(
            PostgresCluster.FindPrograms() is null && Environment.GetEnvironmentVariable("POSTGRES") is null,
            "PostgreSQL is not installed (initdb, pg_ctl), and POSTGRES names no server: a cluster needs one.");
        var native = KafkaNative.IsAvailable(out var problem);
        Assert.SkipUnless(native, problem);
    }

    private static void Kill(string processes, string name)
    {
        var entry = processes.Split(", ").Single(part => part.StartsWith(name + " ", StringComparison.Ordinal));
        using var process = Process.GetProcessById(int.Parse(entry.AsSpan(name.Length + 1), CultureInfo.InvariantCulture));
        process.Kill();
    }

    /// <summary>Sooner or later ingest crosses no silo boundary any more: of two looks at the counters the second has only grown here.</summary>
    private async Task GrainsLiveWhereTheyAreFed(string logs)
    {
        var silos = new[] { "silo-1", "silo-3" }.Select(name => HealthOf(Path.Combine(logs, name + ".log"))).ToArray();
        var (before, now) = (await IngestCalls(silos), (Here: 0L, Elsewhere: 0L));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ingest calls so far: {before.Here} here, {before.Elsewhere} from elsewhere"));
        await Eventually.HoldsAsync(
            async () =>
            {
                (before, now) = (now, await IngestCalls(silos));
                return before.Here > 0 && now.Here > before.Here + 100 && now.Elsewhere == before.Elsewhere;
            },
            Deadline,
            "grains live where they are fed",
            lookAgain: TimeSpan.FromSeconds(2));
    }

    private static Uri HealthOf(string log)
    {
        const string marker = "health at ";
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var line = reader.ReadToEnd().Split('\n').Single(text => text.Contains(marker, StringComparison.Ordinal));
        return new Uri(line[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..].Trim());
    }

    private static async Task<(long Here, long Elsewhere)> IngestCalls(Uri[] silos)
    {
        using var http = new HttpClient();
        var texts = await Task.WhenAll(silos.Select(silo => http.GetStringAsync(new Uri(silo, "/metrics"))));
        long Sum(string place) => texts.SelectMany(text => text.Split('\n'))
            .Where(line => line.StartsWith($"streamforge_ingest_calls_total{{place=\"{place}\"}} ", StringComparison.Ordinal))
            .Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        return (Sum("here"), Sum("elsewhere"));
    }

    private static async Task AllLive(HttpClient api)
    {
        foreach (var symbol in Symbols)
            await Eventually.HoldsAsync(
                async () => await Book(api, symbol, 1) is { } book && book.GetProperty("freshness").GetProperty("status").GetString() == "live",
                Deadline,
                $"{symbol} is live");
    }

    /// <summary>When an instrument was answered for the first time after the kill, and when its answer was newer than before, and live.</summary>
    private static async Task<(TimeSpan Answered, TimeSpan Resumed)> Recovered(HttpClient api, string symbol, long before, long began)
    {
        TimeSpan? answered = null;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        await Eventually.HoldsAsync(
            async () =>
            {
                await pace.WaitForNextTickAsync();
                if (await Book(api, symbol, 1) is not { } book)
                    return false;
                answered ??= Stopwatch.GetElapsedTime(began);
                var freshness = book.GetProperty("freshness");
                return freshness.GetProperty("sequence").GetInt64() > before && freshness.GetProperty("status").GetString() == "live";
            },
            Deadline,
            $"{symbol} goes on after the kill");
        return (answered!.Value, Stopwatch.GetElapsedTime(began));
    }

    private static async Task<long?> Sequence(HttpClient api, string symbol) =>
        (await Book(api, symbol, 1))?.GetProperty("freshness").GetProperty("sequence").GetInt64();

    /// <summary>The same levels at the same sequence as the exchange serves, which keeps its books by code of its own.</summary>
    private static async Task<bool> SameBook(HttpClient market, HttpClient api, string symbol)
    {
        if (await Book(api, symbol, Levels) is not { } ours || ours.GetProperty("freshness").GetProperty("status").GetString() != "live")
            return false;
        using var theirs = JsonDocument.Parse(await market.GetStringAsync(new Uri($"api/v3/depth?symbol={symbol}&limit={Levels}", UriKind.Relative)));
        return ours.GetProperty("freshness").GetProperty("sequence").GetInt64() == theirs.RootElement.GetProperty("lastUpdateId").GetInt64()
            && Sides(theirs.RootElement, level => (level[0].GetString()!, level[1].GetString()!))
                .SequenceEqual(Sides(ours, level => (level.GetProperty("price").GetString()!, level.GetProperty("quantity").GetString()!)));
    }

    private static IEnumerable<(decimal, decimal)> Sides(JsonElement book, Func<JsonElement, (string Price, string Quantity)> read) =>
        book.GetProperty("bids").EnumerateArray().Concat(book.GetProperty("asks").EnumerateArray())
            .Select(read)
            .Select(level => (Number(level.Price), Number(level.Quantity)));

    private static async Task<JsonElement?> Book(HttpClient api, string symbol, int depth)
    {
        using var answer = await api.GetAsync(new Uri($"/v1/instruments/binance:{symbol}/book?depth={depth}", UriKind.Relative));
        if (!answer.IsSuccessStatusCode)
            return null;
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.Clone();
    }

    private static async Task<JsonElement> Status(HttpClient api)
    {
        using var body = JsonDocument.Parse(await api.GetStringAsync(new Uri("/v1/status", UriKind.Relative)));
        return body.RootElement.Clone();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private void Say(string what, TimeSpan[] times)
    {
        Array.Sort(times);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} {times[times.Length / 2].TotalSeconds:0.0} s (median of {times.Length}), {times[^1].TotalSeconds:0.0} s at most"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
