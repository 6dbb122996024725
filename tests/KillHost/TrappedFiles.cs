using System.Globalization;
using StreamForge.Silo.Files;

namespace StreamForge.Tests.KillHost;

/// <summary>The files of one folder of the data, with the trap in the way of whatever changes them.</summary>
internal sealed class TrappedFiles(string folder, IFileSystem inner, Trap trap) : IFileSystem
{
    public IDisposable Claim(string folder) => inner.Claim(folder);

    public IReadOnlyList<string> Files(string folder) => inner.Files(folder);

    public IReadOnlyList<string> Folders(string folder) => inner.Folders(folder);

    public ValueTask<byte[]?> ReadSmall(string path) => inner.ReadSmall(path);

    public string Describe(string path) => inner.Describe(path);

    public async ValueTask<IAppendFile> OpenAppend(string path)
    {
        var siblings = inner.Files(Path.GetDirectoryName(path) ?? "").Where(name => name.EndsWith(".seg", StringComparison.Ordinal)).ToList();
        // The first file of a folder takes over from nobody.
        var rotates = siblings.Count > 0 && !siblings.Contains(Path.GetFileName(path));
        var moment = rotates ? trap.Meets(PlaceOf(path), KillOperation.Rotate) : null;
        if (moment is KillMoment.Before)
            trap.End($"{path} was to be begun");
        var file = await inner.OpenAppend(path);
        if (moment is not null)
            trap.End($"{path} was begun and is empty");
        return new TrappedFile(file, PlaceOf(path), trap);
    }

    public async ValueTask WriteSmall(string path, ReadOnlyMemory<byte> content)
    {
        var moment = trap.Meets(PlaceOf(path), KillOperation.Replace);
        if (moment is KillMoment.Before)
            trap.End($"{path} was to be written");
        if (moment is KillMoment.Half)
        {
            // As the disk does it: beside the file first.
            var beside = await inner.OpenAppend(path + ".next");
            await beside.Append([content[..(content.Length / 2)]], sync: false);
            trap.End(FormattableString.Invariant($"{content.Length / 2} of {content.Length} bytes of {path}"));
        }
        await inner.WriteSmall(path, content);
        if (moment is KillMoment.After)
            trap.End($"{path} was written");
    }

    public async ValueTask Delete(string path)
    {
        var moment = trap.Meets(PlaceOf(path), KillOperation.Delete);
        if (moment is KillMoment.Before or KillMoment.Half)
            trap.End($"{path} was to be deleted");
        await inner.Delete(path);
        if (moment is not null)
            trap.End($"{path} was deleted");
    }

    private KillPlace PlaceOf(string path) =>
        Enum.Parse<KillPlace>(folder == "log" ? path[..path.IndexOf('/')] : folder, ignoreCase: true);

    private sealed class TrappedFile(IAppendFile inner, KillPlace place, Trap trap) : IAppendFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public ValueTask<int> ReadAt(long position, Memory<byte> buffer) => inner.ReadAt(position, buffer);

        public ValueTask Truncate(long length) => inner.Truncate(length);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        public async ValueTask Append(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool sync)
        {
            // What only syncs adds nothing that could be cut in half.
            var moment = parts.Count == 0 ? null : trap.Meets(place, KillOperation.Append);
            if (moment is KillMoment.Before)
                trap.End($"{place} {Path} was to grow");
            if (moment is KillMoment.Half)
            {
                var whole = parts.SelectMany(part => part.ToArray()).ToArray();
                await inner.Append([whole.AsMemory(0, whole.Length / 2)], sync: false);
                trap.End(string.Create(CultureInfo.InvariantCulture, $"{whole.Length / 2} of {whole.Length} bytes to {place} {Path}"));
            }
            await inner.Append(parts, sync);
            if (moment is KillMoment.After)
                trap.End($"{place} {Path} had grown");
        }
    }
}
