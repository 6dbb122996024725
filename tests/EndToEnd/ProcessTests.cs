using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>The process as a user meets it: how it ends, how it goes on, and what it says when it cannot start.</summary>
public class ProcessTests
{
    private const string Recording = "market/binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz";
    // Here no bookTicker is ahead of the last diff: what it announces would be a gap until the next frame.
    private const int Frames = 3_030;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    // What Ctrl-C promises, however busy the machine and whoever listens.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Ctrl_c_ends_within_five_seconds_and_the_next_start_goes_on_where_it_stopped()
    {
        using var folder = new TempFolder();
        await using var exchange = new ExchangeHost(
            new ExchangeOptions { Replay = [SharedData.Path(Recording)], Playback = new PlaybackOptions { LockStep = true } },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await exchange.StartAsync();
        using (var first = Up(exchange, folder.Path))
        {
            using var http = await Connect(first);
            await exchange.AdvanceAsync(Frames);
            await TestPlatform.Vouched(http, DateTimeOffset.UtcNow, Deadline, "binance-usdm:BTCUSDT");
            await using var readers = await Readers.Open(http, "binance-usdm:BTCUSDT");
            first.Interrupt();
            Assert.Equal(0, await first.Exit(EndsWithin));
            Assert.Contains(first.Errors, line => line.Contains("drained and checkpointed", StringComparison.Ordinal));
            await readers.HaveEndedCleanly();
        }

        using var second = Up(exchange, folder.Path);
        using var client = await Connect(second);
        await TestPlatform.Vouched(client, DateTimeOffset.UtcNow, Deadline, "binance-usdm:BTCUSDT");
        var status = await client.GetFromJsonAsync<JsonElement>("/v1/status");
        // The new connection's own questions, and nothing of the first run again.
        Assert.InRange(status.GetProperty("events").GetProperty("in").GetInt64(), 0, 50);
        foreach (var partition in status.GetProperty("partitions").EnumerateArray())
            Assert.Equal(2, partition.GetProperty("epoch").GetInt64());
        second.Interrupt();
        Assert.Equal(0, await second.Exit(EndsWithin));
    }

    [Fact]
    public async Task Ctrl_c_ends_a_market_that_cannot_keep_its_pace_within_five_seconds()
    {
        using var folder = new TempFolder();
        // More than any machine makes: the generator never waits, and everything behind it has more than it can do.
        using var process = new ChildProcess(
            "up", "--headless", "--data", folder.Path, "--port", "0", "--instruments", "50", "--rate", "10000000");
        using var http = await Connect(process);
        await Eventually.HoldsAsync(
            async () => (await http.GetFromJsonAsync<JsonElement>("/v1/status"))
                .GetProperty("events").GetProperty("in").GetInt64() > 1_000,
            Deadline,
            "events are applied");
        process.Interrupt();
        // That late nobody promises the last checkpoint, only the end.
        Assert.Contains(await process.Exit(EndsWithin), new[] { 0, 3 });
    }

    [Fact]
    public async Task Ctrl_c_ends_a_platform_whose_venue_answers_nothing_within_five_seconds()
    {
        using var folder = new TempFolder();
        using var venue = new TcpListener(IPAddress.Loopback, 0);
        venue.Start();
        var address = FormattableString.Invariant($"http://127.0.0.1:{((IPEndPoint)venue.LocalEndpoint).Port}/");
        using var process = new ChildProcess(
            "up", "--live", "binance", "--endpoint", address, "--symbols", "BTCUSDT", "--headless", "--data", folder.Path, "--port", "0");
        using var http = await Connect(process);
        // It has connected, and waits for what never comes.
        using var late = new CancellationTokenSource(Deadline);
        using var link = await venue.AcceptSocketAsync(late.Token);
        foreach (var view in new[] { "", "/book", "/trades", "/candles", "/stream" })
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/instruments/binance:BTCUSDT" + view)).StatusCode);
        process.Interrupt();
        Assert.Equal(0, await process.Exit(EndsWithin));
    }

    [Fact]
    public async Task An_occupied_port_is_one_clear_line()
    {
        using var folder = new TempFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var line = await Refusal(1, "up", "--headless", "--data", folder.Path, "--port", FormattableString.Invariant($"{port}"));
        Assert.Contains(FormattableString.Invariant($"{port}"), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_clear_line()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "no folder");
        var line = await Refusal(1, "up", "--headless", "--data", Path.Combine(file, "data"), "--port", "0");
        Assert.Contains(file, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_is_one_clear_line() =>
        Assert.Contains("--nonsense", await Refusal(2, "up", "--nonsense"), StringComparison.Ordinal);

    [Theory]
    [InlineData("--live is one of binance, binance-usdm, kraken, not 'moon'.", "--live", "moon", "--symbols", "A")]
    [InlineData("--endpoint is an http or https address, not 'moon'.", "--live", "binance", "--symbols", "A", "--endpoint", "moon")]
    [InlineData("--live wants --symbols", "--live", "binance", "--symbols", ",")]
    [InlineData("--symbols goes with --live.", "--symbols", "A")]
    [InlineData("--speed goes with --replay.", "--speed", "2")]
    [InlineData("--data wants a value.", "--data", "")]
    [InlineData("--port is a whole number, not 'x'.", "--port", "x")]
    public async Task A_wrong_option_is_one_clear_line(string told, params string[] arguments) =>
        Assert.Contains(told, await Refusal(2, ["up", .. arguments]), StringComparison.Ordinal);

    [Fact]
    public async Task An_exchange_that_cannot_start_says_so_in_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = FormattableString.Invariant($"{((IPEndPoint)taken.LocalEndpoint).Port}");
        Assert.Contains(port, await Refusal(1, "exchange", "--port", port), StringComparison.Ordinal);
        Assert.Contains("'moon'", await Refusal(1, "exchange", "--expect", "moon"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrupt_segment_is_one_clear_line()
    {
        using var folder = new TempFolder();
        using (var first = new ChildProcess("up", "--headless", "--data", folder.Path, "--port", "0", "--rate", "500"))
        {
            using var http = await Connect(first);
            await Eventually.HoldsAsync(
                async () => (await http.GetFromJsonAsync<JsonElement>("/v1/status"))
                    .GetProperty("events").GetProperty("in").GetInt64() > 1_000,
                Deadline,
                "events are applied");
            await first.Kill();
        }
        var segment = new DirectoryInfo(Path.Combine(folder.Path, "log")).EnumerateFiles("*", SearchOption.AllDirectories)
            .MaxBy(file => file.Length)!;
        var bytes = await File.ReadAllBytesAsync(segment.FullName);
        // In the middle, with good records after it: no torn end of a crash.
        bytes[bytes.Length / 2] ^= 0xFF;
        await File.WriteAllBytesAsync(segment.FullName, bytes);
        Assert.Contains(segment.Name, await Refusal(1, "up", "--headless", "--data", folder.Path, "--port", "0"), StringComparison.Ordinal);
    }

    /// <summary>The one line of the errors, of a process that must end by itself.</summary>
    private static async Task<string> Refusal(int code, params string[] arguments)
    {
        using var process = new ChildProcess(arguments);
        var exit = await process.Exit(Deadline);
        Assert.True(exit == code, $"exit code {exit}:\n{process.Text}");
        var line = Assert.Single(process.Errors, text => text.Length > 0);
        Assert.StartsWith("platform: ", line, StringComparison.Ordinal);
        return line;
    }

    private static ChildProcess Up(ExchangeHost exchange, string folder) => new(
        "up", "--live", "binance-usdm", "--endpoint", exchange.HttpEndpoint.ToString(), "--symbols", "BTCUSDT",
        "--headless", "--data", folder, "--port", "0");

    private static async Task<HttpClient> Connect(ChildProcess platform) =>
        new() { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };
}
