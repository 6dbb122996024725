using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using StreamForge.Hosting;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>Runs a cluster on this machine as real processes until it is asked to end.</summary>
internal static class ClusterRunner
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    // Sources, API and silos each have their own time; this is for all of them together.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(45);

    /// <exception cref="StartupException">A sentence for the user.</exception>
    public static async Task<int> Run(ClusterPlan plan, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        PortProbe.ThrowIfTaken(plan.Port);
        MakeLogFolder(plan);
        if (HostEnvironment.Name == Environments.Development)
            plan = plan with { Development = DevelopmentTokens.KeyOf(plan.Market.DataFolder) };
        using var signal = new ShutdownSignal(EndsWithin, cancellation);
        Console.Error.WriteLine($"platform: starting {plan.Silos} silos, client API and connector as processes of their own ...");
        try
        {
            using var surroundings = await Surroundings.Start(plan, signal.Asked);
            using var processes = ClusterProcesses.Start(plan, surroundings.Environment);
            using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{plan.Port}/"), Timeout = AnswerWithin };
            try
            {
                await UntilReady(plan, processes, api, signal.Asked);
                Introduce(plan, surroundings, processes, Stopwatch.GetElapsedTime(began));
                await new ClusterStatusLine(processes, api, plan.Headless, TimeProvider.System).Run(signal.Asked);
            }
            catch (OperationCanceledException) when (signal.Asked.IsCancellationRequested)
            {
                Console.Error.WriteLine("platform: ended before it was up");
            }
            return await End(processes, surroundings);
        }
        catch (OperationCanceledException) when (signal.Asked.IsCancellationRequested)
        {
            Console.Error.WriteLine("platform: ended before it was up");
            return ExitCodes.Ok;
        }
    }

    private static async Task<int> End(ClusterProcesses processes, Surroundings surroundings)
    {
        var began = Stopwatch.GetTimestamp();
        var ill = await processes.End();
        await surroundings.End();
        foreach (var process in ill)
            Console.Error.WriteLine($"platform: {process.Name} did not end well: code {process.ExitCode}");
        Console.Error.WriteLine($"platform: all processes ended in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s{(ill.Count == 0 ? ", drained and checkpointed" : "")}");
        return ill.Count == 0 ? ExitCodes.Ok : ExitCodes.EndedLate;
    }

    private static async Task UntilReady(ClusterPlan plan, ClusterProcesses processes, HttpClient api, CancellationToken asked)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await IsReady(api, asked))
        {
            if (processes.All.FirstOrDefault(process => process.HasExited) is { } gone)
                throw new StartupException($"{gone.Name} ended with code {gone.ExitCode} while the cluster started; what it wrote is in {plan.LogFolder}");
            if (Stopwatch.GetElapsedTime(began) > ReadyWithin)
                throw new StartupException($"the cluster is not ready after {ReadyWithin.TotalSeconds} s; what its processes wrote is in {plan.LogFolder}");
            await Task.Delay(LookEvery, asked);
        }
    }

    private static async Task<bool> IsReady(HttpClient api, CancellationToken asked)
    {
        try
        {
            using var answer = await api.GetAsync(new Uri("health/ready", UriKind.Relative), asked);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !asked.IsCancellationRequested))
        {
            return false;
        }
    }

    private static void Introduce(ClusterPlan plan, Surroundings surroundings, ClusterProcesses processes, TimeSpan took)
    {
        var api = $"http://127.0.0.1:{plan.Port}";
        Console.Error.WriteLine($"""
            StreamForge is up after {took.TotalSeconds:0.0} s: a cluster of {plan.Silos} silos, engine orleans
              Kafka        {surroundings.Kafka}
              PostgreSQL   {surroundings.Postgres}
              processes    {string.Join(", ", processes.All.Select(process => $"{process.Name} {process.Id}"))}
              logs         {plan.LogFolder}
              instruments  {api}/v1/instruments
              status       {api}/v1/status     metrics {api}/metrics     API {api}/openapi/v1.json
            """);
        if (plan.Development is { } key)
            Console.Error.WriteLine(DevelopmentTokens.Lines(key, TimeProvider.System));
        Console.Error.WriteLine("kill -9 a silo and look; Ctrl-C drains, checkpoints and ends all.");
    }

    private static void MakeLogFolder(ClusterPlan plan)
    {
        try
        {
            Directory.CreateDirectory(plan.LogFolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--data: the folder {plan.LogFolder} cannot be written: {error.Message}", error);
        }
    }
}
