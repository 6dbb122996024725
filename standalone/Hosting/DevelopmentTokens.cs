using StreamForge.ClientApi.Access.Development;
using StreamForge.ClientApi.Requests;
using StreamForge.Hosting;

namespace StreamForge.Standalone.Hosting;

/// <summary>The tokens that a platform on a developer's machine prints.</summary>
internal static class DevelopmentTokens
{
    /// <summary>Long enough for a day's work; <c>./platform token</c> prints others.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <exception cref="StartupException">It can be neither read nor made.</exception>
    public static DevelopmentKey KeyOf(string folder)
    {
        try
        {
            return DevelopmentKey.OfFolder(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new StartupException("--data: " + error.Message, error);
        }
    }

    /// <summary>Lines for the introduction: a token for reading, and one for operating.</summary>
    public static string Lines(DevelopmentKey key, TimeProvider time) => $"""
          reader       {key.Token("reader@localhost", ApiScope.Reader, time.GetUtcNow(), Life)}
          operator     {key.Token("operator@localhost", ApiScope.Operator, time.GetUtcNow(), Life)}
          Development  anybody on this machine may read; an action wants the operator's token, for {Life.TotalHours} h: -H "Authorization: Bearer ..."
        """;
}
