namespace StreamForge.Hosting.Tls;

/// <summary>How a look at watched files ended.</summary>
internal enum LookOutcome
{
    /// <summary>They hold what is in use.</summary>
    Unchanged,

    /// <summary>They hold something else, which is in use now.</summary>
    Changed,

    /// <summary>They cannot be used; what was in use still is.</summary>
    Unusable,
}

/// <summary>Files with a certificate that are looked at again and again.</summary>
internal interface IWatchedFiles
{
    /// <summary>What for: <c>api</c>, <c>cluster</c>.</summary>
    string Use { get; }

    TimeSpan CheckEvery { get; }

    /// <summary>What is in use, in words.</summary>
    string Description { get; }

    /// <summary>When what is in use expires, by what part of it.</summary>
    IEnumerable<(string Use, DateTimeOffset NotAfter)> Expiries { get; }

    /// <summary>Looks once. Never throws.</summary>
    /// <param name="problem">Why they cannot be used: a sentence.</param>
    LookOutcome Look(out string problem);
}

/// <summary>What files said when they could be used last.</summary>
/// <param name="files">All that it is made of.</param>
/// <param name="parse">Makes it, or throws a <see cref="CertificateFileException"/>.</param>
internal sealed class WatchedFiles<T>(IReadOnlyCollection<string> files, Func<FileContents, T> parse)
    where T : class
{
    private readonly Lock _gate = new();
    private volatile T? _current;
    private string? _digest;

    /// <summary>What is in use.</summary>
    /// <exception cref="InvalidOperationException">They could not be used once yet.</exception>
    public T Current => _current ?? throw new InvalidOperationException("The files were not read yet.");

    /// <summary>Looks once. Never throws.</summary>
    public LookOutcome Look(out string problem)
    {
        problem = "";
        lock (_gate)
        {
            try
            {
                var contents = FileContents.Read(files);
                if (contents.Digest == _digest)
                    return LookOutcome.Unchanged;
                _current = parse(contents);
                _digest = contents.Digest;
                return LookOutcome.Changed;
            }
            catch (CertificateFileException error)
            {
                problem = error.Message;
                return LookOutcome.Unusable;
            }
        }
    }
}
