using System.Diagnostics;
using System.Runtime.InteropServices;
using StreamForge.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>
/// A process that this one has started and sees to: what it writes goes to a file, and it ends when its standard input does, so that none
/// is left behind whatever becomes of us.
/// </summary>
internal sealed partial class ManagedProcess : IDisposable
{
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<string> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _written;

    private ManagedProcess(string name, Process process, StreamWriter log, string? awaited)
    {
        (Name, _process, _log) = (name, process, log);
        _written = Task.WhenAll(Write(process.StandardOutput, awaited), Write(process.StandardError, awaited));
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Known once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The line that was awaited, once it was said.</summary>
    public Task<string> Said => _said.Task;

    /// <param name="name">For people.</param>
    /// <param name="program">An executable of this solution.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="logFile">What it writes is kept there, after what is there already.</param>
    /// <param name="awaited">What the line begins with that <see cref="Said"/> waits for.</param>
    /// <exception cref="StartupException">There is no such program.</exception>
    public static ManagedProcess Start(
        string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string logFile,
        string? awaited = null)
    {
        var start = new ProcessStartInfo(Find(program))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        start.Environment[ShutdownSignal.Supervised] = "1";
        return new ManagedProcess(name, Process.Start(start)!, new StreamWriter(logFile, append: true) { AutoFlush = true }, awaited);
    }

    public Task Exited(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    /// <summary>Asks it to end, and makes it where it does not in time.</summary>
    /// <returns>Whether it ended by itself, and well.</returns>
    public async Task<bool> End(TimeSpan within)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already, and its end of the pipe with it.
        }
        using var late = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode == ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            return false;
        }
        finally
        {
            await _written;
        }
    }

    /// <summary>kill -9, and its end.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _written;
    }

    /// <summary>Sends a signal, by the number that it has on this machine. POSIX only.</summary>
    /// <exception cref="InvalidOperationException">It is gone, or the machine knows no such signal.</exception>
    public void Send(UnixSignal signal)
    {
        if (_process.HasExited || SendTo(_process.Id, NumberOf(signal)) != 0)
            throw new InvalidOperationException($"{Name} takes no {signal}.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _log.Dispose();
    }

    /// <summary>Those of user, stop and go on differ between Linux and BSD.</summary>
    public static int NumberOf(UnixSignal signal) => (signal, OperatingSystem.IsLinux()) switch
    {
        (UnixSignal.Terminate, _) => 15,
        (UnixSignal.Stop, var linux) => linux ? 19 : 17,
        (UnixSignal.Continue, var linux) => linux ? 18 : 19,
        (UnixSignal.User1, var linux) => linux ? 10 : 30,
        (_, var linux) => linux ? 12 : 31,
    };

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendTo(int process, int signal);

    private async Task Write(StreamReader reader, string? awaited)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
                _log.WriteLine(line);
            if (awaited is not null && line.StartsWith(awaited, StringComparison.Ordinal))
                _said.TrySetResult(line[awaited.Length..]);
        }
        _said.TrySetException(new StartupException($"{Name} ended before it was up; what it wrote is in its log"));
    }

    /// <summary>In a folder of its own beside this program's, as the build puts them, or beside this program.</summary>
    private static string Find(string program)
    {
        var file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var beside = Path.Combine(own.FullName, file);
        var built = Path.Combine(own.Parent?.Parent?.FullName ?? "", program, own.Name, file);
        return File.Exists(built) ? built : File.Exists(beside) ? beside
            : throw new StartupException($"the program {program} is not here: neither {beside} nor {built}");
    }
}
