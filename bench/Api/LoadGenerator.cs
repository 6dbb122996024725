using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace StreamForge.Bench.Api;

/// <summary>
/// Asks one address again and again over a few kept connections, one request at a time on each: a process of its own (verb
/// <c>load</c>), so that its garbage and its threads are not the server's. Loopback only, bounded in connections and time.
/// </summary>
internal static class LoadGenerator
{
    private const int MaxConnections = 256;
    private const double MaxSeconds = 60;
    private const double WarmUpShare = 0.25;

    /// <summary>The internal verb: prints a <see cref="LoadResult"/> as JSON.</summary>
    public static async Task Run(Arguments arguments)
    {
        var url = new Uri(arguments.Text("--url") ?? throw new FormatException("--url is missing."));
        var connections = (int)Math.Min(MaxConnections, arguments.Number("--connections", 16));
        var seconds = Math.Min(MaxSeconds, arguments.Number("--seconds", 2));
        arguments.NothingElse();
        if (!url.IsLoopback)
            throw new FormatException("Load is for this machine only.");
        Console.WriteLine(JsonSerializer.Serialize(await Measure(url, connections, seconds)));
    }

    private static string Authorization => Environment.GetEnvironmentVariable(LoadProcess.TokenVariable) is { Length: > 0 } token
        ? $"Authorization: Bearer {token}\r\n"
        : "";

    private static async Task<LoadResult> Measure(Uri url, int connections, double seconds)
    {
        var request = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nAccept: application/json\r\n{Authorization}\r\n"));
        var start = Stopwatch.GetTimestamp();
        var from = start + (long)(seconds * WarmUpShare * Stopwatch.Frequency);
        var until = from + (long)(seconds * Stopwatch.Frequency);
        var lanes = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Lane(url, request, from, until)));
        var samples = lanes.SelectMany(static lane => lane.Samples).ToArray();
        Array.Sort(samples);
        return new LoadResult(samples.Length, seconds, At(samples, 0.50), At(samples, 0.99), lanes[0].BodyBytes);
    }

    private static double At(long[] sorted, double share) => sorted.Length == 0
        ? 0
        : sorted[(int)(sorted.Length * share)] * 1e3 / Stopwatch.Frequency;

    private static async Task<(List<long> Samples, int BodyBytes)> Lane(Uri url, byte[] request, long from, long until)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(url.Host, url.Port);
        var samples = new List<long>(1 << 16);
        var buffer = new byte[256 << 10];
        var body = 0;
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            if (sent >= until)
                return (samples, body);
            await socket.SendAsync(request);
            body = await Answer(socket, buffer);
            var now = Stopwatch.GetTimestamp();
            if (sent >= from && now < until)
                samples.Add(now - sent);
        }
    }

    /// <summary>Reads one answer with a length.</summary>
    private static async Task<int> Answer(Socket socket, byte[] buffer)
    {
        var have = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
                throw new InvalidOperationException("The server closed the connection.");
            have += read;
            if (TryWhole(buffer.AsSpan(0, have), out var body))
                return body;
        }
    }

    private static bool TryWhole(ReadOnlySpan<byte> answer, out int body)
    {
        body = 0;
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        if (!answer.StartsWith("HTTP/1.1 200 "u8))
            throw new InvalidOperationException($"The server answered {Encoding.ASCII.GetString(answer[..answer.IndexOf("\r\n"u8)])}.");
        var length = answer[..end].IndexOf("Content-Length: "u8);
        if (length < 0 || !Utf8Parser.TryParse(answer[(length + 16)..], out body, out _))
            throw new InvalidOperationException("The answer has no length.");
        return answer.Length >= end + 4 + body;
    }
}
