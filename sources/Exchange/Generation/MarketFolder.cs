using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using StreamForge.Silo.Files;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>How far a generated market may have been told.</summary>
/// <param name="Reserved">No frame at or above this number has gone out.</param>
/// <param name="Anchors">The times of its frames, back to the oldest state kept.</param>
internal sealed record MarketPlace(long Reserved, IReadOnlyList<FrameAnchor> Anchors);

/// <summary>
/// The files of a generated market: its place, and its states by the number of the frame that comes next. Each is replaced as a
/// whole and is durable when the call returns.
/// </summary>
internal sealed class MarketFolder
{
    private const string Suffix = ".state";
    private readonly string _folder;
    private readonly string _place;

    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public MarketFolder(string folder)
    {
        _folder = Path.GetFullPath(folder);
        _place = Path.Combine(_folder, "place.json");
        Directory.CreateDirectory(_folder);
        if (Path.GetDirectoryName(_folder) is { } parent)
            DurableFolder.Sync(parent);
    }

    /// <summary>None where no market was ever told.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public MarketPlace? ReadPlace()
    {
        if (!File.Exists(_place))
            return null;
        try
        {
            return JsonSerializer.Deserialize<MarketPlace>(File.ReadAllBytes(_place), JsonSerializerOptions.Web) is { Anchors.Count: > 0 } place
                ? place
                : throw Damaged(_place, "it says nothing");
        }
        catch (JsonException error)
        {
            throw Damaged(_place, error.Message);
        }
    }

    public void WritePlace(MarketPlace place) => Replace(_place, JsonSerializer.SerializeToUtf8Bytes(place, JsonSerializerOptions.Web));

    /// <summary>The frames of the states that are kept, the oldest first.</summary>
    public IReadOnlyList<long> States() =>
    [
        .. Directory.EnumerateFiles(_folder, "*" + Suffix)
            .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture))
            .Order(),
    ];

    /// <exception cref="InvalidDataException">It is not what was written.</exception>
    public byte[] ReadState(long frame)
    {
        var path = StatePath(frame);
        var bytes = File.ReadAllBytes(path);
        var state = bytes.AsSpan(0, Math.Max(0, bytes.Length - SHA256.HashSizeInBytes));
        if (!SHA256.HashData(state).AsSpan().SequenceEqual(bytes.AsSpan(state.Length)))
            throw Damaged(path, "the checksum is wrong");
        return state.ToArray();
    }

    public void WriteState(long frame, byte[] state) => Replace(StatePath(frame), [.. state, .. SHA256.HashData(state)]);

    public void DeleteState(long frame)
    {
        File.Delete(StatePath(frame));
        DurableFolder.Sync(_folder);
    }

    public InvalidDataException Damaged(string path, string reason) =>
        new($"{path} is damaged: {reason}. Without the folder {_folder} the generated market begins anew.");

    private string StatePath(long frame) => Path.Combine(_folder, frame.ToString("D20", CultureInfo.InvariantCulture) + Suffix);

    private void Replace(string path, byte[] content)
    {
        var next = path + ".next";
        using (var handle = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(next, path, overwrite: true);
        DurableFolder.Sync(_folder);
    }
}
