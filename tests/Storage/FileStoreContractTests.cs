using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Storage;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Storage;

public sealed class FileStateStoreContractTests : StateStoreContract
{
    protected override async ValueTask<StateStoreFixture> CreateFixture() => await FileStoreFixture.Create(new FileStateStoreOptions());
}

/// <summary>The contract while compaction runs nearly all the time.</summary>
public sealed class FileStateStoreCompactingContractTests : StateStoreContract
{
    protected override async ValueTask<StateStoreFixture> CreateFixture() => await FileStoreFixture.Create(
        new FileStateStoreOptions { SegmentBytes = 2048, CompactAboveBytes = 2048, CompactAboveRatio = 1.1, CompactSliceBytes = 1024 });
}

public sealed class FilePartitionStoreContractTests : PartitionStoreContract
{
    protected override async ValueTask<PartitionStoreFixture> CreateFixture() =>
        new FilePartitionStoreFixture(await FileStoreFixture.Create(new FileStateStoreOptions()));
}

internal sealed class FileStoreFixture : StateStoreFixture
{
    private readonly TempFolder _folder = new();
    private readonly FileStateStoreOptions _options;
    private DiskFileSystem _files;
    private FileStateStore _store = null!;

    private FileStoreFixture(FileStateStoreOptions options)
    {
        _options = options;
        _files = new DiskFileSystem(_folder.Path);
    }

    public override IStateStore Store => _store;

    public static async ValueTask<FileStoreFixture> Create(FileStateStoreOptions options)
    {
        var fixture = new FileStoreFixture(options);
        await fixture.Open();
        return fixture;
    }

    public override async ValueTask Reopen()
    {
        await Close();
        _files = new DiskFileSystem(_folder.Path);
        await Open();
    }

    public override async ValueTask DisposeAsync()
    {
        await Close();
        _folder.Dispose();
    }

    private async ValueTask Open() =>
        _store = await FileStateStore.Open(_files, _options, TimeProvider.System, NullLogger.Instance);

    private async ValueTask Close()
    {
        await _store.DisposeAsync();
        _files.Dispose();
    }
}

internal sealed class FilePartitionStoreFixture(FileStoreFixture rows) : PartitionStoreFixture
{
    private readonly TestIds _ids = new();

    public override IPartitionStore Store => new FilePartitionStore(rows.Store, TimeProvider.System, _ids);

    public override ValueTask Reopen() => rows.Reopen();

    public override ValueTask DisposeAsync() => rows.DisposeAsync();
}
