namespace StreamForge.Sources.Recordings;

/// <summary>A recording that cannot be used; the message is one line and names the file, and the line where there is one.</summary>
public sealed class RecordingException : Exception
{
    public RecordingException()
    {
    }

    public RecordingException(string message)
        : base(message)
    {
    }

    public RecordingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal static RecordingException At(string file, int line, string reason, Exception? inner = null)
    {
        var message = $"{file}:{line}: {reason}";
        return inner is null ? new RecordingException(message) : new RecordingException(message, inner);
    }
}
