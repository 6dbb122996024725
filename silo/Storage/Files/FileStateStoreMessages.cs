using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Storage.Files;

/// <summary>What the state store of files tells its operator.</summary>
internal static partial class FileStateStoreMessages
{
    [LoggerMessage(1, LogLevel.Warning, "{File}: a crash left {Bytes} bytes of unfinished writes at byte {Position}; they were never acknowledged and are cut off")]
    public static partial void TornTail(ILogger logger, string file, long position, long bytes);

    [LoggerMessage(2, LogLevel.Error, "{Count} rows could not be written")]
    public static partial void WriteFailed(ILogger logger, Exception error, int count);

    [LoggerMessage(3, LogLevel.Debug, "Compacting {File}")]
    public static partial void Compacting(ILogger logger, string file);

    [LoggerMessage(4, LogLevel.Warning, "{File} is compacted but could not be deleted")]
    public static partial void DropFailed(ILogger logger, Exception error, string file);

    [LoggerMessage(5, LogLevel.Warning, "{File} could not be marked as whole while closing; the next start looks at its tail")]
    public static partial void CloseFailed(ILogger logger, Exception error, string file);

    [LoggerMessage(6, LogLevel.Information, "Opened {Rows} rows of state in {Segments} files in {Folder}")]
    public static partial void Opened(ILogger logger, string folder, int rows, int segments);

    [LoggerMessage(7, LogLevel.Critical, "{File} is damaged at byte {Position}: compaction stops, nothing is deleted")]
    public static partial void CompactionStopped(ILogger logger, string file, long position);
}
