using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamForge.Development;

/// <summary>
/// A PostgreSQL server of its own: data in a temporary folder, a Unix socket and no port, <c>fsync</c> on as in production. Under root
/// it runs as the user <c>postgres</c>, since PostgreSQL refuses root.
/// </summary>
public sealed partial class PostgresCluster : IDisposable
{
    private const string Prefix = "streamforge-pg-";
    private readonly string _programs;
    private readonly string _folder;
    private bool _disposed;

    private PostgresCluster(string programs, string folder)
    {
        _programs = programs;
        _folder = folder;
    }

    /// <summary>For Npgsql, without a database.</summary>
    public string ConnectionString => $"Host={_folder};Username=postgres;Include Error Detail=true";

    /// <summary>The Unix socket that it listens at.</summary>
    public string Socket => Path.Combine(_folder, ".s.PGSQL.5432");

    /// <summary>The folder of PostgreSQL's programs, of the highest version; null where there is none.</summary>
    public static string? FindPrograms()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(static d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var v) ? v : 0)
                .Select(static d => Path.Combine(d, "bin"))
            : [];
        return debian.Concat(onPath)
            .FirstOrDefault(static d => d.Length > 0 && File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")));
    }

    /// <summary>Creates and starts one.</summary>
    /// <param name="settings">Further settings of postgresql.conf, such as <c>max_connections=200</c>.</param>
    /// <exception cref="InvalidOperationException">It does not start; with what its programs said.</exception>
    public static PostgresCluster Create(string programs, params string[] settings)
    {
        RemoveOrphans(programs);
        var folder = Path.Combine(
            Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..6]}");
        var cluster = new PostgresCluster(programs, folder);
        Run("mkdir", "-m", "755", folder);
        Run(
            cluster.Program("initdb"), "-D", cluster.Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-instructions");
        foreach (var setting in settings.Prepend($"unix_socket_directories='{folder}'").Prepend("listen_addresses=''"))
            Run("sh", "-c", $"echo \"{setting}\" >> '{cluster.Data}/postgresql.conf'");
        cluster.Start();
        return cluster;
    }

    private string Data => Path.Combine(_folder, "data");

    private string Copy => Path.Combine(_folder, "copy");

    public void Start() => Run(Program("pg_ctl"), "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "60", "start");

    /// <summary>Ends it without a checkpoint, as a crash would: what was acknowledged must be there after the next start.</summary>
    public void Crash() => Run(Program("pg_ctl"), "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>Takes a copy of all databases while they are in use, as an operator does; in place of the copy before.</summary>
    public void Backup()
    {
        Run("rm", "-rf", Copy);
        Run(Program("pg_basebackup"), "-h", _folder, "-U", "postgres", "-D", Copy, "-c", "fast", "-X", "stream");
    }

    /// <summary>Puts the copy in place of what there is, and starts with it: all that was written since is gone.</summary>
    public void Restore()
    {
        Crash();
        Run("rm", "-rf", Data);
        Run("cp", "-a", Copy, Data);
        Start();
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (File.Exists(Path.Combine(Data, "postmaster.pid")) || IsRoot)
            TryRun(Program("pg_ctl"), "-D", Data, "-w", "-m", "immediate", "stop");
        TryRun("rm", "-rf", _folder);
    }

    private static bool IsRoot => GetEffectiveUser() == 0;

    private string Program(string name) => Path.Combine(_programs, name);

    /// <summary>Those of test runs that were killed.</summary>
    private static void RemoveOrphans(string programs)
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}") && Directory.Exists("/proc/self"))
                new PostgresCluster(programs, folder).Dispose();
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        if (TryRun(program, arguments) is { } said)
            throw new InvalidOperationException($"{Path.GetFileName(program)} failed: {said}");
    }

    /// <returns>What it said, where it failed.</returns>
    private static string? TryRun(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        if (IsRoot)
        {
            start.FileName = "runuser";
            start.ArgumentList.Add("-u");
            start.ArgumentList.Add("postgres");
            start.ArgumentList.Add("--");
            start.ArgumentList.Add(program);
        }
        else
        {
            start.FileName = program;
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        // The server outlives pg_ctl and would hold its pipes open: read what is there when pg_ctl has ended, not to their end.
        var said = new System.Text.StringBuilder();
        process.ErrorDataReceived += (_, line) => { lock (said) said.AppendLine(line.Data); };
        process.OutputDataReceived += (_, line) => { lock (said) said.AppendLine(line.Data); };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        if (!process.WaitForExit(TimeSpan.FromSeconds(90)))
            return "it does not end";
        lock (said)
            return process.ExitCode == 0 ? null : said.ToString();
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
