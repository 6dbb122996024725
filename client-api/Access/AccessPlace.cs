using System.Net;

namespace StreamForge.ClientApi.Access;

/// <summary>Where the client API runs, as far as it matters for who may ask.</summary>
/// <param name="Development">The host's environment is Development.</param>
/// <param name="Loopback">Only this machine reaches it.</param>
public readonly record struct AccessPlace(bool Development, bool Loopback)
{
    /// <summary>A developer's machine: development tokens count, and who sends no token may read.</summary>
    public bool TrustsThisMachine => Development && Loopback;

    /// <param name="development">The host's environment is Development.</param>
    /// <param name="urls">Where it listens, as Kestrel reads it: several are separated by semicolons. <c>*</c> and <c>+</c> are all addresses.</param>
    public static AccessPlace Of(bool development, string urls) =>
        new(development, urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(IsLoopback));

    private static bool IsLoopback(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
            return false;
        return parsed.Host == "localhost" || IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
    }
}
