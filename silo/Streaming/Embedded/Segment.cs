using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>One file of a partition: the records from <see cref="BaseOffset"/> to below <see cref="EndOffset"/>.</summary>
internal sealed class Segment(IAppendFile file, string name, long baseOffset, int indexInterval)
{
    private readonly List<(long Offset, long Position)> _index = [];

    public IAppendFile File { get; } = file;

    /// <summary>The file's name for people.</summary>
    public string Name { get; } = name;

    public long BaseOffset { get; } = baseOffset;

    /// <summary>The offset after the last record; <see cref="BaseOffset"/> while there is none.</summary>
    public long EndOffset { get; private set; } = baseOffset;

    public bool HasRecords => EndOffset > BaseOffset;

    /// <summary>Bytes that readers may see.</summary>
    public long Length { get; private set; }

    /// <summary>When the last record was appended, Unix milliseconds.</summary>
    public long AppendedAt { get; private set; }

    /// <summary>The file name of the segment that begins at an offset.</summary>
    public static string FileName(long baseOffset) => string.Create(null, $"{baseOffset:D20}.seg");

    /// <summary>Notes a record at a position: every so many bytes one is remembered.</summary>
    public void Note(long offset, long position, long appendedAt)
    {
        if (_index.Count == 0 || position - _index[^1].Position >= indexInterval)
            _index.Add((offset, position));
        EndOffset = offset + 1;
        AppendedAt = Math.Max(AppendedAt, appendedAt);
    }

    /// <summary>Shows readers the file up to a length.</summary>
    public void Show(long length) => Length = length;

    /// <summary>A position at or before the first record at or above the offset.</summary>
    public long PositionBefore(long offset)
    {
        var (low, high) = (0, _index.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_index[middle].Offset <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : _index[low - 1].Position;
    }
}
