using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>
/// Those who hold on to the API when the platform is to end: listeners of a stream, one of them without ever reading, and a call that
/// waits for a sequence that does not come.
/// </summary>
internal sealed class Readers : IAsyncDisposable
{
    private const int Listeners = 20;

    private readonly List<HttpResponseMessage> _listening = [];
    private readonly Socket _stalled = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
    private Task<HttpResponseMessage> _waiting = null!;

    public static async Task<Readers> Open(HttpClient http, string instrument)
    {
        var readers = new Readers();
        var stream = $"/v1/instruments/{instrument}/stream";
        for (var i = 0; i < Listeners; i++)
        {
            var listener = await http.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead);
            readers._listening.Add(listener);
            Assert.Equal(HttpStatusCode.OK, listener.StatusCode);
        }
        await readers._stalled.ConnectAsync(http.BaseAddress!.Host, http.BaseAddress.Port);
        await readers._stalled.SendAsync(Encoding.ASCII.GetBytes($"GET {stream} HTTP/1.1\r\nHost: test\r\n\r\n"));
        readers._waiting = http.GetAsync($"/v1/instruments/{instrument}?minSequence={long.MaxValue}&wait=5000");
        return readers;
    }

    /// <summary>Streams have come to their end, and the call that waited was answered: no connection was cut.</summary>
    public async Task HaveEndedCleanly()
    {
        foreach (var listener in _listening)
            Assert.Contains("event: snapshot", await listener.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var answer = await _waiting;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("sequence", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var listener in _listening)
            listener.Dispose();
        _stalled.Dispose();
        return ValueTask.CompletedTask;
    }
}
