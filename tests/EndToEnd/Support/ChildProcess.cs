using System.Collections.Concurrent;
using System.Diagnostics;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>An executable of the project in a process of its own, as a user runs it. Ended by its id, never by its name.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    public ChildProcess(params IEnumerable<string> arguments)
        : this(new Dictionary<string, string>(), arguments)
    {
    }

    /// <param name="environment">Variables beside those of this process.</param>
    public ChildProcess(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
        : this("StreamForge.Standalone", environment, arguments)
    {
    }

    /// <param name="program">An executable of this solution.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    public ChildProcess(string program, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Find(program))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyList<string> Output => [.. _output];

    public IReadOnlyList<string> Errors => [.. _errors];

    public bool HasExited => _process.HasExited;

    /// <summary>Known once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>All that it wrote, for a failing test.</summary>
    public string Text => string.Join('\n', _output.Concat(_errors).TakeLast(60));

    /// <summary>What follows <paramref name="marker"/> in the first line of the output or the errors that has it.</summary>
    public async Task<string> Says(string marker, TimeSpan deadline)
    {
        string? Find() => _output.Concat(_errors).FirstOrDefault(text => text.Contains(marker, StringComparison.Ordinal));
        await Eventually.Holds(() => Find() is not null || HasExited, deadline, $"the process says '{marker}'");
        // Its last lines may come after its end; this waits until all were read.
        if (HasExited)
            await _process.WaitForExitAsync();
        var line = Find();
        return line?[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..]
            ?? throw new InvalidOperationException($"The process ended without saying '{marker}':\n{Text}");
    }

    /// <summary>kill -9, and its end.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> Exit(TimeSpan deadline)
    {
        using var late = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"After {deadline.TotalSeconds} s the process still runs:\n{Text}", error);
        }
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    /// <summary>Beside this test's own folder: the same engine, the same configuration.</summary>
    private static string Find(string program)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, program, own.Name, program);
    }
}
