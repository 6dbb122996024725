using System.Text.Json;
using StreamForge.ClientApi.Documents;
using StreamForge.Contracts.Integrity;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>One line a second that says how the cluster does, as its client API tells.</summary>
internal sealed class ClusterStatusLine(ClusterProcesses processes, HttpClient api, bool headless, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);
    private const int HeadlessEvery = 5;
    private readonly LiveLine _line = new(headless);
    private readonly HashSet<string> _gone = [];

    public async Task Run(CancellationToken ending)
    {
        (long Events, long At)? last = null;
        try
        {
            for (var tick = 1; ; tick++)
            {
                await Task.Delay(Refresh, time, ending);
                SayWhoIsGone();
                if (headless && tick % HeadlessEvery != 0)
                    continue;
                var status = await Ask(ending);
                var now = time.GetTimestamp();
                // What a silo that is gone had counted is gone with it.
                var rate = status is null || last is null ? 0
                    : Math.Max(0, status.Events.In - last.Value.Events) / time.GetElapsedTime(last.Value.At, now).TotalSeconds;
                last = status is null ? last : (status.Events.In, now);
                var silos = $"silos {processes.Silos.Count(silo => !silo.HasExited)} of {processes.Silos.Count}";
                _line.Show(status is null ? $"{silos} | the client API has no answer" : $"{silos} | {StatusLine.Describe(status, rate, progress: null).TrimStart()}");
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            _line.End();
        }
    }

    private void SayWhoIsGone()
    {
        foreach (var process in processes.All)
            if (process.HasExited && _gone.Add(process.Name))
                _line.Say($"{process.Name} has ended with code {process.ExitCode}; the others go on");
    }

    private async Task<PlatformStatus?> Ask(CancellationToken ending)
    {
        try
        {
            await using var body = await api.GetStreamAsync(new Uri("v1/status", UriKind.Relative), ending);
            return await JsonSerializer.DeserializeAsync(body, DocumentJson.Default.PlatformStatus, ending);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or IOException
            || (error is OperationCanceledException && !ending.IsCancellationRequested))
        {
            return null;
        }
    }
}
