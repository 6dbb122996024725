using System.IO.Compression;

namespace StreamForge.Sources.Recordings;

/// <summary>One file of a recording, read as a stream of lines; gzip is told from its first two bytes.</summary>
public sealed class RecordingFile
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>A longer line is not a message of any venue; a file full of zeroes must not fill the memory.</summary>
    private const int MaxLineBytes = 64 * 1024 * 1024;

    private readonly string _path;
    private readonly BadLines _bad;

    /// <param name="path">Path of the file.</param>
    /// <param name="bad">Where lines that cannot be read are counted.</param>
    /// <exception cref="RecordingException">There is no such file.</exception>
    public RecordingFile(string path, BadLines bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        if (!File.Exists(path))
            throw new RecordingException($"{path}: no such file");
        _path = path;
        _bad = bad;
    }

    /// <summary>The records in order of the file; a line that cannot be read is counted and passed over.</summary>
    /// <exception cref="RecordingException">The file cannot be read on: a damaged gzip stream, an I/O error.</exception>
    public IEnumerable<RecordedLine> Read()
    {
        using var stream = Open();
        var buffer = new byte[BufferBytes];
        int start = 0, end = 0, number = 0;
        while (true)
        {
            var newline = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (newline < 0)
            {
                buffer = MakeRoom(buffer, ref start, ref end, number);
                var read = Fill(stream, buffer, end, number);
                end += read;
                if (read > 0)
                    continue;
                newline = end - start;
                if (newline == 0)
                    yield break;
            }

            number++;
            if (LineFormat.TryRead(buffer.AsSpan(start, newline), _path, number, out var record, out var error))
                yield return record;
            else if (error is not null)
                _bad.Add(_path, number, error);
            start = Math.Min(end, start + newline + 1);
        }
    }

    private Stream Open()
    {
        try
        {
            var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferBytes);
            var gzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException($"{_path}: {e.Message}", e);
        }
    }

    private byte[] MakeRoom(byte[] buffer, ref int start, ref int end, int number)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end < buffer.Length)
            return buffer;
        if (buffer.Length >= MaxLineBytes)
            throw RecordingException.At(_path, number + 1, $"the line is longer than {MaxLineBytes} bytes");
        Array.Resize(ref buffer, buffer.Length * 2);
        return buffer;
    }

    private int Fill(Stream stream, byte[] buffer, int end, int number)
    {
        try
        {
            return stream.Read(buffer, end, buffer.Length - end);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw RecordingException.At(_path, number + 1, $"cannot be read on: {e.Message}", e);
        }
    }
}
