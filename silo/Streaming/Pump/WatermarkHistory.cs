using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// The watermarks of one partition as they were read, by source, so that a key whose records wait can be told which of them
/// it has reached. Written by the pump's turn, read from any thread.
/// </summary>
internal sealed class WatermarkHistory
{
    // At one watermark a second: how long a key may lag before its watermark becomes unknown.
    private const int Kept = 900;

    private ImmutableDictionary<string, ImmutableArray<ReadWatermark>> _bySource =
        ImmutableDictionary<string, ImmutableArray<ReadWatermark>>.Empty;

    /// <summary>Notes a watermark that stands at <paramref name="offset"/>.</summary>
    public void Add(long offset, SourceWatermark watermark)
    {
        var all = Volatile.Read(ref _bySource);
        var marks = all.GetValueOrDefault(watermark.Source, []);
        if (marks.Length >= Kept)
            marks = marks.RemoveRange(0, Kept / 4);
        Volatile.Write(ref _bySource, all.SetItem(watermark.Source, marks.Add(new ReadWatermark(offset, watermark))));
    }

    /// <summary>The newest watermark of a source that stands before <paramref name="offset"/>.</summary>
    /// <param name="key">Only those that vouch for this key; none for any.</param>
    public SourceWatermark? Before(string source, long offset, string? key = null)
    {
        if (!Volatile.Read(ref _bySource).TryGetValue(source, out var marks))
            return null;
        for (var i = marks.Length - 1; i >= 0; i--)
            if (marks[i].Offset < offset && (key is null || marks[i].Watermark.IsOf(key)))
                return marks[i].Watermark;
        return null;
    }

    /// <summary>The newest word of a source, applied or not.</summary>
    public SourceWatermark? Newest(string source) => Before(source, long.MaxValue);

    /// <summary>The sources that were heard in this partition, in order of name.</summary>
    public IReadOnlyList<string> Sources
    {
        get
        {
            // Sorted at once: the order of the dictionary's own walk means nothing.
            var names = Volatile.Read(ref _bySource).Keys.ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
    }

    /// <summary>Forgets what stands at or after <paramref name="offset"/>: the partition is read again from there.</summary>
    public void TruncateTo(long offset)
    {
        var all = Volatile.Read(ref _bySource);
        foreach (var source in Sources)
            all = all.SetItem(source, all[source].RemoveAll(mark => mark.Offset >= offset));
        Volatile.Write(ref _bySource, all);
    }

    private readonly record struct ReadWatermark(long Offset, SourceWatermark Watermark);
}
