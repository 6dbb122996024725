using System.Net;

namespace StreamForge.Sources.Connectors;

/// <summary>Asks a venue: HTTP, or a venue that is simulated.</summary>
internal interface IVenueRest
{
    /// <summary>The body of a successful answer, or how it failed. Throws only when cancelled.</summary>
    Task<RestAnswer> Get(string path, CancellationToken cancellation);
}

/// <summary>GET with a bounded time and size, its failures as outcomes.</summary>
internal sealed class RestClient(
    Uri root, ConnectorOptions options, ConnectorServices services, ConnectorMetrics metrics, string source) : IVenueRest
{
    private const HttpStatusCode Banned = (HttpStatusCode)418;

    // Where the venue limits us without a word on how long.
    private static readonly TimeSpan UsualPause = TimeSpan.FromSeconds(10);

    /// <summary>The body of a successful answer, or how it failed. Throws only when cancelled.</summary>
    public async Task<RestAnswer> Get(string path, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(options.RequestTimeout, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        RestAnswer answer;
        try
        {
            answer = await Send(path, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            answer = RestAnswer.Lost($"no answer within {options.RequestTimeout}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            answer = NeverSent(e) ? RestAnswer.Failed(e.Message) : RestAnswer.Lost(e.Message);
        }
        var outcome = answer.Body is null ? answer.Failure.RetryAfter is null ? "failed" : "limited" : "answered";
        metrics.Requested(outcome);
        Log.Requested(services.Log, source, path, outcome);
        return answer;
    }

    private async Task<RestAnswer> Send(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
        if (options.ApiKey is { } key)
            request.Headers.TryAddWithoutValidation("X-MBX-APIKEY", key);
        using var response = await services.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or Banned or HttpStatusCode.ServiceUnavailable)
            return RestAnswer.Failed($"the venue answered {(int)response.StatusCode}", RetryAfterOf(response));
        if (response.StatusCode != HttpStatusCode.OK)
            return RestAnswer.Failed($"the venue answered {(int)response.StatusCode}");
        if (response.Content.Headers.ContentLength > options.MaxFrameBytes)
            return RestAnswer.Failed($"the answer is longer than {options.MaxFrameBytes} bytes");
        await response.Content.LoadIntoBufferAsync(options.MaxFrameBytes, cancellation);
        return new RestAnswer(await response.Content.ReadAsByteArrayAsync(cancellation), default);
    }

    /// <summary>Without a connection no request went out; of everything later the venue may have had it.</summary>
    private static bool NeverSent(Exception error) => error is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        if (after?.Delta is { } delta)
            return delta;
        if (after?.Date is { } date && date - services.Time.GetUtcNow() is var rest)
            return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        return response.StatusCode == HttpStatusCode.ServiceUnavailable ? null : UsualPause;
    }
}

/// <param name="Body">Of a successful answer.</param>
/// <param name="Failure">How it failed, where there is no body.</param>
internal readonly record struct RestAnswer(byte[]? Body, GatewayOutcome Failure)
{
    public static RestAnswer Failed(string reason, TimeSpan? retryAfter = null) =>
        new(null, GatewayOutcome.Failed(reason, retryAfter));

    public static RestAnswer Lost(string reason) => new(null, GatewayOutcome.Lost(reason));
}
