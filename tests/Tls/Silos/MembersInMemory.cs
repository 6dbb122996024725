using System.Globalization;
using Orleans.Runtime;

namespace StreamForge.Tests.Tls.Silos;

/// <summary>A table of members that silos of one process share, as those of a cluster share one in a database.</summary>
internal sealed class MembersInMemory : IMembershipTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, (MembershipEntry Entry, string Tag)> _rows = [];
    private TableVersion _version = new(0, "0");
    private int _tags;

    /// <summary>The status of each, as the table has it.</summary>
    public IReadOnlyList<SiloStatus> Statuses
    {
        get
        {
            lock (_gate)
                return [.. _rows.Values.Select(static row => row.Entry.Status)];
        }
    }

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Read(row => row.Equals(key));

    public Task<MembershipTableData> ReadAll() => Read(static _ => true);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Write(entry, tag: null, tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Write(entry, etag, tableVersion);

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_gate)
            _rows[entry.SiloAddress].Entry.IAmAliveTime = entry.IAmAliveTime;
        return Task.CompletedTask;
    }

    private Task<MembershipTableData> Read(Func<SiloAddress, bool> wanted)
    {
        lock (_gate)
            return Task.FromResult(new MembershipTableData(
                [.. _rows.Where(row => wanted(row.Key)).Select(static row => Tuple.Create(Copy(row.Value.Entry), row.Value.Tag))], _version));
    }

    private Task<bool> Write(MembershipEntry entry, string? tag, TableVersion version)
    {
        lock (_gate)
        {
            var known = _rows.TryGetValue(entry.SiloAddress, out var row) ? row.Tag : null;
            if (known != tag || version.VersionEtag != _version.VersionEtag)
                return Task.FromResult(false);
            _rows[entry.SiloAddress] = (Copy(entry), NextTag());
            _version = new TableVersion(version.Version, NextTag());
            return Task.FromResult(true);
        }
    }

    private string NextTag() => (++_tags).ToString(CultureInfo.InvariantCulture);

    private static MembershipEntry Copy(MembershipEntry entry) => new()
    {
        SiloAddress = entry.SiloAddress,
        Status = entry.Status,
        SuspectTimes = entry.SuspectTimes is { } times ? [.. times] : null,
        ProxyPort = entry.ProxyPort,
        HostName = entry.HostName,
        SiloName = entry.SiloName,
        RoleName = entry.RoleName,
        UpdateZone = entry.UpdateZone,
        FaultZone = entry.FaultZone,
        StartTime = entry.StartTime,
        IAmAliveTime = entry.IAmAliveTime,
    };
}
