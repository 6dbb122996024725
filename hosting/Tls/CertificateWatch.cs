using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StreamForge.Hosting.Tls;

/// <summary>
/// Looks whether the files of certificates have changed, for new connections to have the new ones, and tells how long those in use last.
/// By their content on a timer: notices of changes do not come through every kind of mount.
/// </summary>
internal sealed class CertificateWatch : BackgroundService
{
    public const string MeterName = "StreamForge.Tls";

    private readonly IReadOnlyList<IWatchedFiles> _all;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter<long> _unusable;
    private readonly Counter<long> _changed;

    public CertificateWatch(IEnumerable<IWatchedFiles> all, TimeProvider time, IMeterFactory meters, ILogger<CertificateWatch> logger)
    {
        (_all, _time, _logger) = ([.. all], time, logger);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("streamforge.tls.certificate.expires", Expiries, "d", "Days until a certificate in use expires; below zero it has.");
        _unusable = meter.CreateCounter<long>("streamforge.tls.certificate.unusable", "{look}", "Looks at the files of a certificate that found them unusable: the one before stays in use.");
        _changed = meter.CreateCounter<long>("streamforge.tls.certificate.reloads", "{reload}", "Certificates taken into use after the start.");
        foreach (var one in _all)
        {
            _unusable.Add(0, Tag(one));
            _changed.Add(0, Tag(one));
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_all.Select(one => Watch(one, stoppingToken)));

    private async Task Watch(IWatchedFiles files, CancellationToken stopping)
    {
        Log.InUse(_logger, files.Use, files.Description);
        string? said = null;
        while (true)
        {
            await Task.Delay(files.CheckEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
            said = Look(files, said);
        }
    }

    /// <returns>What was said to be wrong: it is not said again and again.</returns>
    private string? Look(IWatchedFiles files, string? said)
    {
        switch (files.Look(out var problem))
        {
            case LookOutcome.Changed:
                _changed.Add(1, Tag(files));
                Log.Reloaded(_logger, files.Use, files.Description);
                return null;
            case LookOutcome.Unusable:
                _unusable.Add(1, Tag(files));
                if (problem != said)
                    Log.Unusable(_logger, files.Use, problem, files.Description);
                return problem;
            default:
                if (said is not null)
                    Log.Usable(_logger, files.Use, files.Description);
                return null;
        }
    }

    private IEnumerable<Measurement<double>> Expiries() => _all.SelectMany(static one => one.Expiries)
        .Select(one => new Measurement<double>((one.NotAfter - _time.GetUtcNow()).TotalDays, new KeyValuePair<string, object?>("use", one.Use)));

    private static KeyValuePair<string, object?> Tag(IWatchedFiles files) => new("use", files.Use);
}
