namespace StreamForge.Hosting.Tls;

/// <summary>A connection that cannot be, of which <see cref="RefusalLog"/> has said why. It is about two configurations, not about a place in the code.</summary>
internal sealed class LinkRefusedException(string reason) : Exception(Mark + reason)
{
    // The engine hands failures on as text.
    private const string Mark = "Link refused: ";

    /// <summary>The message alone: others log it.</summary>
    public override string ToString() => Message;

    /// <summary>Whether a failure follows from a refused connection: what that was about has been said.</summary>
    public static bool IsCauseOf(Exception? error)
    {
        for (var one = error; one is not null; one = one.InnerException)
            if (one is LinkRefusedException || one.Message.Contains(Mark, StringComparison.Ordinal))
                return true;
        return false;
    }
}
