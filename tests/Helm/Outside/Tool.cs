using System.Diagnostics;
using System.Text;

namespace StreamForge.Tests.Helm.Outside;

/// <summary>A program of the machine, where it is there.</summary>
internal static class Tool
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>The path of a program that is on the <c>PATH</c>; none where it is not.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    public static Outcome Run(string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var error = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        using var deadline = new Timer(_ => process.Kill(entireProcessTree: true), null, Deadline, Timeout.InfiniteTimeSpan);
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output, error.ToString());
    }
}

/// <summary>How a program ended.</summary>
internal readonly record struct Outcome(int Code, string Output, string Error);
