namespace StreamForge.Hosting.Tls;

/// <summary>Who this process is to the others of its cluster, and whom it takes for one of them: by files that may be replaced.</summary>
internal sealed class ClusterIdentity : IWatchedFiles
{
    private readonly WatchedFiles<ClusterCredentials> _files;

    private ClusterIdentity(ClusterTlsOptions options, WatchedFiles<ClusterCredentials> files)
    {
        Options = options;
        _files = files;
    }

    public ClusterTlsOptions Options { get; }

    /// <summary>For the next connection.</summary>
    public ClusterCredentials Current => _files.Current;

    public string Use => "cluster";

    public TimeSpan CheckEvery => Options.CheckEvery;

    public string Description => $"{Current.Certificate.Description}; authorities {string.Join(" and ", Current.Authorities.Select(static one => one.Subject))}";

    /// <summary>Of several authorities the one that lasts longest counts: the others are on their way out.</summary>
    public IEnumerable<(string Use, DateTimeOffset NotAfter)> Expiries =>
    [
        (Use, Current.Certificate.NotAfter),
        ("cluster-authorities", new DateTimeOffset(Current.Authorities.Max(static one => one.NotAfter).ToUniversalTime())),
    ];

    /// <summary>Reads it for the first time.</summary>
    /// <param name="isSilo">Whether the process is one; otherwise it is a client.</param>
    /// <param name="errors">Gets a sentence for everything that is wrong.</param>
    /// <returns>Null where something is wrong, or there is to be no TLS.</returns>
    public static ClusterIdentity? Read(ClusterTlsOptions options, bool isSilo, TimeProvider time, ICollection<string> errors)
    {
        if (!options.IsSet)
            return null;
        var files = new WatchedFiles<ClusterCredentials>(
            [.. options.Files], contents => ClusterCredentials.Parse(options, isSilo, contents, time.GetUtcNow()));
        if (files.Look(out var problem) != LookOutcome.Unusable)
            return new ClusterIdentity(options, files);
        errors.Add(problem);
        return null;
    }

    public LookOutcome Look(out string problem) => _files.Look(out problem);
}
