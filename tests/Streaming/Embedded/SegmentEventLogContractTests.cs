using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Embedded;

/// <summary>The contract on segment files of the disk, with segments of the usual size: reads come from memory.</summary>
public sealed class SegmentEventLogContractTests : EventLogContract
{
    protected override async ValueTask<EventLogFixture> CreateFixture() =>
        await SegmentLogFixture.Create(new EmbeddedLogOptions { SegmentBytes = 16 << 10 });
}

/// <summary>The contract with tiny segments, a sparse index of many entries and no memory of the tail: all reads go to disk.</summary>
public sealed class SegmentEventLogFromDiskContractTests : EventLogContract
{
    protected override async ValueTask<EventLogFixture> CreateFixture() =>
        await SegmentLogFixture.Create(new EmbeddedLogOptions { SegmentBytes = 4096, TailCacheBytes = 0, IndexIntervalBytes = 256 });
}

internal sealed class SegmentLogFixture : EventLogFixture
{
    private readonly TempFolder _folder = new();
    private readonly TestIds _ids = new();
    private readonly EmbeddedLogOptions _options;
    private DiskFileSystem _files;
    private SegmentEventLog _log = null!;

    private SegmentLogFixture(EmbeddedLogOptions options)
    {
        _options = options;
        _files = new DiskFileSystem(_folder.Path);
    }

    public override IEventLog Log => _log;

    public static async ValueTask<SegmentLogFixture> Create(EmbeddedLogOptions options)
    {
        var fixture = new SegmentLogFixture(options);
        await fixture.Open();
        return fixture;
    }

    public override async ValueTask Reopen()
    {
        await Close();
        _files = new DiskFileSystem(_folder.Path);
        await Open();
    }

    public override async ValueTask Recreate(TopicSpec topic)
    {
        await Close();
        Directory.Delete(Path.Combine(_folder.Path, "topics", topic.Name), recursive: true);
        _files = new DiskFileSystem(_folder.Path);
        await Open();
        await _log.EnsureTopic(topic, CancellationToken.None);
    }

    public override ValueTask DropBelow(TopicPartition partition, long offset) => _log.DropBelow(partition, offset);

    public override async ValueTask DisposeAsync()
    {
        await Close();
        _folder.Dispose();
    }

    private async ValueTask Open() =>
        _log = await SegmentEventLog.Open(_files, _options, TimeProvider.System, _ids, NullLogger.Instance);

    private async ValueTask Close()
    {
        await _log.DisposeAsync();
        _files.Dispose();
    }
}
