using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace StreamForge.Bench.Api;

/// <summary>A generator of load as a process of its own.</summary>
internal static class LoadProcess
{
    /// <summary>The variable that the token is handed over by: arguments can be read by anybody on the machine.</summary>
    public const string TokenVariable = "STREAMFORGE_LOAD_TOKEN";

    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<LoadResult> Run(Uri url, int connections, double seconds, string? token, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "load", "--url", url.AbsoluteUri,
                "--connections", connections.ToString(CultureInfo.InvariantCulture),
                "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
            },
        };
        start.Environment[TokenVariable] = token ?? "";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The generator of load did not start.");
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 && JsonSerializer.Deserialize<LoadResult>(output) is { } result
            ? result
            : throw new InvalidOperationException($"The generator of load failed with {process.ExitCode}.");
    }
}
