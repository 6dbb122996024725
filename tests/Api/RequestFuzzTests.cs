using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using StreamForge.ClientApi.Documents;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Api;

/// <summary>Requests made of right and wrong pieces: an answer to each, and to what is wrong a problem document; never a failure inside.</summary>
public sealed class RequestFuzzTests(ApiHost host, ITestOutputHelper output)
{
    private const int Requests = 1_500;
    private const int AtOnce = 8;

    private static readonly string[] Views = ["", "/book", "/trades", "/candles", "/stream", "/nothing"];

    private static readonly string[] Fixed = ["/", "/v1", "/v1/instruments", "/v1/status", "/health/live", "/health/ready", "/metrics", "/openapi/v1.json"];

    private static readonly string[] Names =
    [
        "depth", "limit", "interval", "from", "to", "minSequence", "wait", "maxAge", "status", "venue", "cursor", "Depth", "", "%00", "x[]", "a b",
    ];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "+1", "25", "1000", "5000", "5001", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e3", "0x10", "1.5",
        "NaN", "null", "true", "1m", "1d", "1M", "live", "gap", "binance", "BINANCE", "PT0.01S", "PT", "P", "-PT1S", "P1Y", "PT99999999999999999999S", "P9999999D",
        "2025-01-31T12:00:00Z", "2025-01-31T12:00:00", "2025-01-31T12:00:00+14:00", "2025-02-30T12:00:00Z", "9999-12-31T23:59:59.9999999Z",
        "0001-01-01T00:00:00Z", "253402214400000", "253402300799999", "dGVzdDpY", "AAAA", "%25%25", "%C3%28", "%F0%9F%92%A9", "%00", "%0d%0aX: y", "../../etc", "'--", "\uFEFF1", "١٢",
    ];

    private static readonly (string Name, string[] Values)[] Headers =
    [
        ("Accept", ["*/*", "application/json", "text/event-stream", "application/json;q=0", "text/html, */*;q=0.1", ";;;", "application/*;q=2", "a/b/c"]),
        ("If-None-Match", ["*", "\"x\"", "W/\"x\"", "\"", "x, y, \"z", "W/"]),
        ("If-Modified-Since", ["Wed, 21 Oct 2015 07:28:00 GMT", "yesterday", "0"]),
        ("Last-Event-ID", ["life-1:1", ":", "life-1:", ":5", "life-1:-3", "x:99999999999999999999", "life:1:2"]),
        ("traceparent", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0-0-0", "ff-x"]),
        ("Range", ["bytes=0-1", "bytes=9-1"]),
    ];

    [Fact]
    public async Task Every_request_is_answered_and_none_fails_inside()
    {
        var random = Seeded.NewRandom();
        var known = host.NewInstrument().Book(1_000, 100m, 101m).Id;
        var statuses = new SortedDictionary<int, int>();
        foreach (var some in Enumerable.Range(0, Requests).Select(_ => Make(random, known)).ToArray().Chunk(AtOnce))
            foreach (var status in await Task.WhenAll(some.Select(Check)))
                statuses[status] = statuses.GetValueOrDefault(status) + 1;
        output.WriteLine(string.Join(", ", statuses));
        Assert.True(statuses[200] > 0 && statuses[400] > 0 && statuses[404] > 0 && statuses[406] > 0);
    }

    private static HttpRequestMessage Make(Random random, string known)
    {
        var path = new StringBuilder(random.Next(4) == 0
            ? Fixed[random.Next(Fixed.Length)]
            // A zero in a path is refused by the server itself.
            : $"/v1/instruments/{Instrument(random, known).Replace("%00", "%01", StringComparison.Ordinal)}{Views[random.Next(Views.Length)]}");
        for (var n = random.Next(4); n > 0; n--)
        {
            var value = Values[random.Next(Values.Length)];
            if (random.Next(4) == 0)
                value = Uri.EscapeDataString(Encoding.Latin1.GetString(ByteMutator.Mutate(Encoding.UTF8.GetBytes(value), random)));
            path.Append(path.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?')
                .Append(Names[random.Next(Names.Length)]).Append(random.Next(10) == 0 ? "" : "=").Append(value);
        }

        var request = new HttpRequestMessage(random.Next(12) switch { 0 => HttpMethod.Head, 1 => HttpMethod.Post, _ => HttpMethod.Get }, path.ToString());
        for (var n = random.Next(3); n > 0; n--)
        {
            var (name, values) = Headers[random.Next(Headers.Length)];
            request.Headers.TryAddWithoutValidation(name, values[random.Next(values.Length)]);
        }

        return request;
    }

    private static string Instrument(Random random, string known) => random.Next(6) switch
    {
        0 => "test:NOBODY",
        1 => Uri.EscapeDataString(Encoding.Latin1.GetString(ByteMutator.Mutate(Encoding.UTF8.GetBytes(known), random))),
        2 => Values[random.Next(Values.Length)],
        _ => known,
    };

    private async Task<int> Check(HttpRequestMessage request)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{request.Method} {request.RequestUri} {request.Headers}");
        using (request)
        {
            // Streams have no end: the head says all that is asked for here.
            using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var status = (int)response.StatusCode;
            Assert.True(status is < 500 or 503, $"{status} to {what}");
            if (status < 400 || request.Method == HttpMethod.Head)
                return status;
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{response.Content.Headers.ContentType} to {what}");
            var problem = await response.Content.ReadFromJsonAsync(DocumentJson.Default.ProblemDocument);
            Assert.Equal(status, problem!.Status);
            return status;
        }
    }
}
