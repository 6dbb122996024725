namespace StreamForge.Hosting;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It could not start: an occupied port, a folder that cannot be written, a corrupt file, an unreachable server.</summary>
    public const int CannotStart = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>It was asked to end, and the last checkpoint was not made in time: nothing is lost, some is read again.</summary>
    public const int EndedLate = 3;
}

/// <summary>A reason not to start that one line says.</summary>
internal sealed class StartupException : Exception
{
    public StartupException(string message)
        : base(message)
    {
    }

    public StartupException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>What the process ends with because of it.</summary>
    public int ExitCode { get; init; } = ExitCodes.CannotStart;
}
