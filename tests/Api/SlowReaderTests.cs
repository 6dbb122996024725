using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.ClientApi.Streaming;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Api.Reading;
using StreamForge.Tests.Api.Scripted;

namespace StreamForge.Tests.Api;

/// <summary>Readers that do not keep up cost a bounded queue, and nobody else anything.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.Start(options =>
    {
        options.StreamBuffer = 2_000;
        options.StreamDropGrace = TimeSpan.FromSeconds(10);
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_slow_reader_is_dropped_and_comes_back_without_loss()
    {
        var instrument = _host.NewInstrument().Book(1, 100m, 101m);
        await using var fast = await SseReader.Open(_host, instrument.Id);
        await fast.Next("snapshot");
        using var slow = await OpenRaw(instrument.Id);
        var written = await FloodUntilDropped(instrument, fast);

        // Now it reads: all that it was sent, to the end.
        var text = await ReadToEnd(slow);
        var ids = text.Split('\n').Where(line => line.StartsWith("id: life-1:", StringComparison.Ordinal))
            .Select(line => long.Parse(line["id: life-1:".Length..])).ToList();
        Assert.Contains("event: dropped", text, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range((int)ids[0], ids.Count).Select(version => (long)version), ids);
        Assert.InRange(ids[^1], 1, written - 1);

        await using var again = await SseReader.Open(_host, instrument.Id, $"life-1:{ids[^1]}");
        Assert.Equal($"life-1:{ids[^1] + 1}", (await again.Next("book")).Id);
    }

    /// <summary>Changes the instrument until the slow reader is gone, while the fast one sees every change.</summary>
    private async Task<long> FloodUntilDropped(ScriptedInstrument instrument, SseReader fast)
    {
        var hub = _host.Services.GetRequiredService<FeedHub>();
        var sequence = 1L;
        while (hub.DroppedCount == 0)
        {
            for (var change = 0; change < 500; change++)
                instrument.Book(++sequence, 100m, 101m);
            var seen = await fast.Take(500);
            Assert.Equal($"life-1:{sequence}", seen[^1].Id);
        }
        return sequence;
    }

    /// <summary>A connection that reads nothing unless told to, with small buffers.</summary>
    private async Task<Socket> OpenRaw(string instrument)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(_host.Client.BaseAddress!.Host, _host.Client.BaseAddress.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/instruments/{instrument}/stream HTTP/1.1\r\nHost: test\r\nAuthorization: {_host.Client.DefaultRequestHeaders.Authorization}\r\nConnection: close\r\n\r\n"));
        return socket;
    }

    private static async Task<string> ReadToEnd(Socket socket)
    {
        using var late = new CancellationTokenSource(ApiHost.Deadline);
        var text = new StringBuilder();
        await using var body = new NetworkStream(socket);
        using var reader = new StreamReader(body);
        // Chunk headers stand on lines of their own between events; only whole lines of events are looked at.
        while (await reader.ReadLineAsync(late.Token) is { } line)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
