namespace StreamForge.Silo.Files;

/// <summary>
/// The little of a file system that logs and stores need: files that only grow, small files that are replaced as a whole, and one
/// owner of a folder. Paths are relative to a root, with '/' between parts. What fails, or is not allowed, is an <see cref="IOException"/>.
/// </summary>
public interface IFileSystem
{
    /// <summary>Claims a folder for this process until the result is disposed. A claim ends with its process, however that ends.</summary>
    /// <exception cref="FolderInUseException">Another process, or another part of this one, owns it.</exception>
    IDisposable Claim(string folder);

    /// <summary>The names of the files in a folder, in ordinal order; empty where there is no such folder.</summary>
    IReadOnlyList<string> Files(string folder);

    /// <summary>The names of the folders in a folder, in ordinal order; empty where there is no such folder.</summary>
    IReadOnlyList<string> Folders(string folder);

    /// <summary>Opens a file to append to, creating it and its folder. That it exists is durable on return, its content is not.</summary>
    ValueTask<IAppendFile> OpenAppend(string path);

    /// <summary>The content of a small file; null where there is none.</summary>
    ValueTask<byte[]?> ReadSmall(string path);

    /// <summary>Replaces a small file as a whole, durably: after a crash there is the old content or the new one.</summary>
    ValueTask WriteSmall(string path, ReadOnlyMemory<byte> content);

    /// <summary>Deletes a file that nobody has open for appending. Not being there is no error.</summary>
    ValueTask Delete(string path);

    /// <summary>Where a path lies, for messages to people.</summary>
    string Describe(string path);
}

/// <summary>A file that grows at its end. One caller at a time appends or truncates; reads may overlap with anything.</summary>
public interface IAppendFile : IAsyncDisposable
{
    /// <summary>The path that it was opened by.</summary>
    string Path { get; }

    /// <summary>Bytes of the appends that succeeded: after one that failed, where to <see cref="Truncate"/>.</summary>
    long Length { get; }

    /// <summary>Writes the parts one after the other at the end and, if asked, returns only when all of the file is durable.</summary>
    /// <exception cref="IOException">How much was written is unknown: <see cref="Truncate"/> before going on.</exception>
    ValueTask Append(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool sync);

    /// <summary>Reads from a position; less than asked for only at the end of the file.</summary>
    ValueTask<int> ReadAt(long position, Memory<byte> buffer);

    /// <summary>Cuts the file to a length, durably.</summary>
    ValueTask Truncate(long length);
}

/// <summary>A data folder has one owner at a time.</summary>
public sealed class FolderInUseException(string folder, string owner)
    : IOException($"The folder {folder} is in use by {owner}: one process at a time may own it.");
