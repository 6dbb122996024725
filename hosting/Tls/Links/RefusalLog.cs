using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace StreamForge.Hosting.Tls;

/// <summary>Counts connections that could not be, and says why: of the same two, for the same reason, once a minute, since they try again and again.</summary>
internal sealed class RefusalLog
{
    private const int Remembered = 1000;
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(1);
    private readonly Dictionary<(string Peer, string Port, string Reason), long> _said = [];
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter<long> _refused;

    public RefusalLog(TimeProvider time, IMeterFactory meters, ILogger<RefusalLog> logger)
    {
        (_time, _logger) = (time, logger);
        _refused = meters.Create(CertificateWatch.MeterName).CreateCounter<long>(
            "streamforge.tls.refused", "{connection}", "Connections between processes of the cluster that could not be, by port and reason.");
    }

    /// <summary>Somebody who came to a port of ours.</summary>
    public void Caller(EndPoint? peer, string port, PeerRefusal refusal)
    {
        if (IsNews(peer, port, refusal))
            Log.CallerRefused(_logger, peer?.ToString() ?? "somebody", port, refusal.Reason);
    }

    /// <summary>Somebody whom we called.</summary>
    public void Called(EndPoint? peer, PeerRefusal refusal)
    {
        if (IsNews(peer, "outbound", refusal))
            Log.CalledRefused(_logger, peer?.ToString() ?? "somewhere", refusal.Reason);
    }

    private bool IsNews(EndPoint? peer, string port, PeerRefusal refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("port", port), new KeyValuePair<string, object?>("reason", refusal.Kind.Tag()));
        // A caller has another port each time.
        var key = ((peer as IPEndPoint)?.Address.ToString() ?? "", port, refusal.Reason);
        lock (_gate)
        {
            if (_said.TryGetValue(key, out var at) && _time.GetElapsedTime(at) < SayAgainAfter)
                return false;
            if (_said.Count >= Remembered)
                _said.Clear();
            _said[key] = _time.GetTimestamp();
            return true;
        }
    }
}
