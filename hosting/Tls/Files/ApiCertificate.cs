using System.Net.Security;

namespace StreamForge.Hosting.Tls;

/// <summary>The certificate that the client API shows its callers.</summary>
internal sealed class ApiCertificate : IWatchedFiles
{
    private readonly WatchedFiles<ServedCertificate> _files;
    private readonly HttpsOptions _options;

    private ApiCertificate(HttpsOptions options, WatchedFiles<ServedCertificate> files)
    {
        _options = options;
        _files = files;
    }

    public string Use => "api";

    public TimeSpan CheckEvery => _options.CheckEvery;

    public string Description => _files.Current.Description;

    public IEnumerable<(string Use, DateTimeOffset NotAfter)> Expiries => [(Use, _files.Current.NotAfter)];

    /// <summary>What the next connection is shown, and those between it and its authority.</summary>
    public SslStreamCertificateContext Current => _files.Current.Context;

    public bool Hsts => _options.Hsts > TimeSpan.Zero;

    public TimeSpan HstsMaxAge => _options.Hsts;

    /// <summary>Reads it for the first time.</summary>
    /// <param name="errors">Gets a sentence for everything that is wrong.</param>
    /// <returns>Null where something is wrong, or there is to be no TLS.</returns>
    public static ApiCertificate? Read(HttpsOptions options, TimeProvider time, ICollection<string> errors)
    {
        if (!options.IsSet)
            return null;
        var files = new WatchedFiles<ServedCertificate>([.. options.Files], contents => Usable(ServedCertificate.Parse(options, contents), time));
        if (files.Look(out var problem) != LookOutcome.Unusable)
            return new ApiCertificate(options, files);
        errors.Add(problem);
        return null;
    }

    public LookOutcome Look(out string problem) => _files.Look(out problem);

    // One that expired is no successor of one that has not, and nothing to begin with.
    private static ServedCertificate Usable(ServedCertificate certificate, TimeProvider time) =>
        certificate.ValidityProblem(time.GetUtcNow()) is { } problem ? throw new CertificateFileException(problem) : certificate;
}
