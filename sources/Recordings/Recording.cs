using System.Collections.Immutable;

namespace StreamForge.Sources.Recordings;

/// <summary>
/// A recording of one venue, in one file or several (socket and REST captures, one file a channel): their lines merged in
/// order of the recorder's clock, lines of equal time in order of the files.
/// </summary>
public sealed class Recording
{
    /// <param name="files">Paths, at least one.</param>
    /// <param name="venue">Whose recording it is; null to tell it from the data.</param>
    /// <exception cref="RecordingException">A file is missing or unreadable, or the venue cannot be told.</exception>
    public Recording(IReadOnlyList<string> files, RecordingVenue? venue = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count == 0)
            throw new RecordingException("A recording needs at least one file.");
        Files = [.. files];
        foreach (var file in files)
            _ = new RecordingFile(file, new BadLines());
        Venue = venue ?? VenueDetection.Detect(this);
    }

    public ImmutableArray<string> Files { get; }

    public RecordingVenue Venue { get; }

    /// <summary>Reads from the start; every call reads the files anew.</summary>
    /// <param name="bad">Where lines that cannot be read are counted.</param>
    public IEnumerable<RecordedLine> Read(BadLines bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        return Files.Length == 1 ? new RecordingFile(Files[0], bad).Read() : Merge(bad);
    }

    private IEnumerable<RecordedLine> Merge(BadLines bad)
    {
        var sources = Files.Select(file => new RecordingFile(file, bad).Read().GetEnumerator()).ToArray();
        try
        {
            var queue = new PriorityQueue<int, (long At, int File)>();
            for (var i = 0; i < sources.Length; i++)
            {
                if (sources[i].MoveNext())
                    queue.Enqueue(i, (sources[i].Current.AtNanos, i));
            }

            while (queue.TryDequeue(out var file, out var key))
            {
                yield return sources[file].Current;
                if (sources[file].MoveNext())
                {
                    // A file's own order is never changed, even where the recorder's clock went back.
                    queue.Enqueue(file, (Math.Max(key.At, sources[file].Current.AtNanos), file));
                }
            }
        }
        finally
        {
            foreach (var source in sources)
                source.Dispose();
        }
    }
}
