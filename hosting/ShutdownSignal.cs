using System.Runtime.InteropServices;

namespace StreamForge.Hosting;

/// <summary>
/// Ctrl-C or a request to terminate, which then does not end the process by itself. A second one does, at once; and so does a
/// watchdog when the process is still there at the end of its time.
/// </summary>
internal sealed partial class ShutdownSignal : IDisposable
{
    /// <summary>5 s are promised where nothing else is said; the rest is for the runtime's own end.</summary>
    private static readonly TimeSpan UsualEnd = TimeSpan.FromSeconds(4.6);

    /// <summary>
    /// Set in the environment of a process that another one sees to: Ctrl-C, which reaches every process of a terminal, is then the other's
    /// affair, and the end of the standard input, which also comes when the other is gone, asks to end.
    /// </summary>
    public const string Supervised = "STREAMFORGE_SUPERVISED";

    private readonly TimeSpan _endsWithin;
    private readonly CancellationTokenSource _asked = new();
    private readonly List<IDisposable> _registrations = [];
    private int _count;

    public ShutdownSignal(CancellationToken cancellation)
        : this(UsualEnd, cancellation)
    {
    }

    /// <param name="endsWithin">How long the process may take to end once it is asked to.</param>
    /// <param name="cancellation">Asks it to end as a signal does.</param>
    public ShutdownSignal(TimeSpan endsWithin, CancellationToken cancellation)
    {
        _endsWithin = endsWithin;
        var supervised = Environment.GetEnvironmentVariable(Supervised) is { Length: > 0 };
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Asks));
        _registrations.Add(PosixSignalRegistration.Create(
            PosixSignal.SIGINT, supervised ? static context => context.Cancel = true : Asks));
        if (supervised)
            WatchInput();
        _registrations.Add(cancellation.Register(() => _asked.Cancel()));
    }

    /// <summary>Cancelled when the process is asked to end.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Returns when the process is asked to end.</summary>
    public async Task Wait() =>
        await Task.Delay(Timeout.InfiniteTimeSpan, Asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public void Dispose()
    {
        // Who asks from now on is late.
        Volatile.Write(ref _count, 2);
        foreach (var registration in _registrations)
            registration.Dispose();
        _asked.Dispose();
    }

    private void Asks(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _count) > 1)
            return;
        context.Cancel = true;
        Ask();
    }

    private void Ask()
    {
        Watch();
        // Elsewhere: what waits for it must not run on the thread of signals.
        _ = _asked.CancelAsync();
    }

    private void WatchInput()
    {
        var watcher = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> nothing = stackalloc byte[64];
            while (input.Read(nothing) > 0)
            {
                // Nobody says anything there.
            }
            if (Interlocked.Increment(ref _count) == 1)
                Ask();
        })
        { IsBackground = true, Name = "input-watch" };
        watcher.Start();
    }

    /// <summary>
    /// On a thread of its own, which a busy pool, a blocked terminal or a foreground thread that never ends cannot hold up. Cutting
    /// the end short is safe: what has no checkpoint is read again.
    /// </summary>
    private void Watch()
    {
        var watchdog = new Thread(() =>
        {
            Thread.Sleep(_endsWithin);
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
