using System.Runtime.InteropServices;

namespace StreamForge.Standalone.Commands;

/// <summary>
/// Ctrl-C or a request to terminate, which then does not end the process by itself. A second one does, at once; and so does a
/// watchdog when the process is still there at the end of its time.
/// </summary>
internal sealed partial class ShutdownSignal : IDisposable
{
    /// <summary>5 s are promised; the rest is for the runtime's own end.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(4.6);

    private readonly CancellationTokenSource _asked = new();
    private readonly List<IDisposable> _registrations = [];
    private int _count;

    public ShutdownSignal(CancellationToken cancellation)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                if (Interlocked.Increment(ref _count) > 1)
                    return;
                context.Cancel = true;
                Watch();
                // Elsewhere: what waits for it must not run on the thread of signals.
                _ = _asked.CancelAsync();
            }));
        _registrations.Add(cancellation.Register(() => _asked.Cancel()));
    }

    /// <summary>Cancelled when the process is asked to end.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Returns when the process is asked to end.</summary>
    public async Task Wait() =>
        await Task.Delay(Timeout.InfiniteTimeSpan, Asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _asked.Dispose();
    }

    /// <summary>
    /// On a thread of its own, which a busy pool, a blocked terminal or a foreground thread that never ends cannot hold up. Cutting
    /// the end short is safe: what has no checkpoint is read again.
    /// </summary>
    private static void Watch()
    {
        var watchdog = new Thread(static () =>
        {
            Thread.Sleep(EndsWithin);
            // Not by the runtime's own end, which takes its time too and waits for what is stuck.
            if (OperatingSystem.IsWindows())
                Environment.Exit(ExitCodes.EndedLate);
            EndNow(ExitCodes.EndedLate);
        })
        { IsBackground = true, Name = "shutdown-watchdog" };
        watchdog.Start();
    }

    /// <summary>POSIX: ends the process without asking anybody in it.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void EndNow(int status);
}
