-- The tables of Microsoft Orleans' ADO.NET providers (membership, reminders, grain storage) and the statements that they run: they read
-- the latter from orleans_query by key and give parameters by name. Keys, parameters and column names are the providers' contract
-- (https://github.com/dotnet/orleans, MIT licence); tables and statements are this platform's own, of PostgreSQL 14 and later. Each
-- statement is one command, so that it is atomic without a function.

-- The name is the contract's.
create table orleans.orleansquery (
    querykey  text primary key,
    querytext text not null
);

-- One row a cluster: every change of its members moves the version, and is conditional on it.
create table orleans.membership_version (
    deployment_id text        primary key,
    version       integer     not null,
    changed_at    timestamptz not null default now()
);

create table orleans.member (
    deployment_id text        not null,
    address       text        not null,
    port          integer     not null,
    generation    integer     not null,
    silo_name     text        not null,
    host_name     text        not null,
    status        integer     not null,
    proxy_port    integer     not null,
    suspect_times text,
    start_time    timestamptz not null,
    alive_time    timestamptz not null,
    primary key (deployment_id, address, port, generation)
);

insert into orleans.orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', '
    with inserted as (
        insert into membership_version (deployment_id, version) values (@DeploymentId, 0) on conflict do nothing returning 1)
    select exists (select from inserted)'),
('InsertMembershipKey', '
    with moved as (
        update membership_version v set version = version + 1, changed_at = now()
        where deployment_id = @DeploymentId and version = @Version and not exists (
            select from member m where m.deployment_id = v.deployment_id
                and m.address = @Address and m.port = @Port and m.generation = @Generation)
        returning deployment_id),
    inserted as (
        insert into member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
        select deployment_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        from moved returning 1)
    select exists (select from inserted)'),
('UpdateMembershipKey', '
    with moved as (
        update membership_version v set version = version + 1, changed_at = now()
        where deployment_id = @DeploymentId and version = @Version and exists (
            select from member m where m.deployment_id = v.deployment_id
                and m.address = @Address and m.port = @Port and m.generation = @Generation)
        returning deployment_id),
    updated as (
        update member m set status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime from moved
        where m.deployment_id = moved.deployment_id and m.address = @Address and m.port = @Port and m.generation = @Generation
        returning 1)
    select exists (select from updated)'),
('UpdateIAmAlivetimeKey', '
    update member set alive_time = @IAmAliveTime
    where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation'),
('MembershipReadRowKey', '
    select v.version as "Version", m.address as "Address", m.port as "Port", m.generation as "Generation", m.silo_name as "SiloName",
        m.host_name as "HostName", m.status as "Status", m.proxy_port as "ProxyPort", m.suspect_times as "SuspectTimes",
        m.start_time as "StartTime", m.alive_time as "IAmAliveTime"
    from membership_version v left join member m on m.deployment_id = v.deployment_id
        and m.address = @Address and m.port = @Port and m.generation = @Generation
    where v.deployment_id = @DeploymentId'),
('MembershipReadAllKey', '
    select v.version as "Version", m.address as "Address", m.port as "Port", m.generation as "Generation", m.silo_name as "SiloName",
        m.host_name as "HostName", m.status as "Status", m.proxy_port as "ProxyPort", m.suspect_times as "SuspectTimes",
        m.start_time as "StartTime", m.alive_time as "IAmAliveTime"
    from membership_version v left join member m on m.deployment_id = v.deployment_id
    where v.deployment_id = @DeploymentId'),
('GatewaysQueryKey', '
    select address as "Address", proxy_port as "ProxyPort", generation as "Generation"
    from member where deployment_id = @DeploymentId and status = @Status and proxy_port > 0'),
('DeleteMembershipTableEntriesKey', '
    with members as (delete from member where deployment_id = @DeploymentId)
    delete from membership_version where deployment_id = @DeploymentId'),
-- 3 is active: who is not, and has given no sign of life for so long, is gone.
('CleanupDefunctSiloEntriesKey', '
    delete from member where deployment_id = @DeploymentId and alive_time < @IAmAliveTime and status <> 3');

create table orleans.reminder (
    service_id    text        not null,
    grain_id      text        not null,
    reminder_name text        not null,
    start_time    timestamptz not null,
    period        bigint      not null,
    grain_hash    integer     not null,
    version       integer     not null,
    primary key (service_id, grain_id, reminder_name)
);

create index reminder_by_hash on orleans.reminder (service_id, grain_hash);

insert into orleans.orleansquery (querykey, querytext) values
('UpsertReminderRowKey', '
    insert into reminder as r (service_id, grain_id, reminder_name, start_time, period, grain_hash, version)
    values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    on conflict (service_id, grain_id, reminder_name) do update set
        start_time = excluded.start_time, period = excluded.period, grain_hash = excluded.grain_hash, version = r.version + 1
    returning version as "Version"'),
('ReadReminderRowsKey', '
    select grain_id as "GrainId", reminder_name as "ReminderName", start_time as "StartTime", period as "Period", version as "Version"
    from reminder where service_id = @ServiceId and grain_id = @GrainId'),
('ReadReminderRowKey', '
    select grain_id as "GrainId", reminder_name as "ReminderName", start_time as "StartTime", period as "Period", version as "Version"
    from reminder where service_id = @ServiceId and grain_id = @GrainId and reminder_name = @ReminderName'),
-- Ranges of the ring: (begin, end], the second kind going around its end.
('ReadRangeRows1Key', '
    select grain_id as "GrainId", reminder_name as "ReminderName", start_time as "StartTime", period as "Period", version as "Version"
    from reminder where service_id = @ServiceId and grain_hash > @BeginHash and grain_hash <= @EndHash'),
('ReadRangeRows2Key', '
    select grain_id as "GrainId", reminder_name as "ReminderName", start_time as "StartTime", period as "Period", version as "Version"
    from reminder where service_id = @ServiceId and (grain_hash > @BeginHash or grain_hash <= @EndHash)'),
('DeleteReminderRowKey', '
    with deleted as (
        delete from reminder where service_id = @ServiceId and grain_id = @GrainId and reminder_name = @ReminderName
            and version = @Version returning 1)
    select exists (select from deleted)'),
('DeleteReminderRowsKey', 'delete from reminder where service_id = @ServiceId');

-- Default grain storage, for grains that do not keep checkpointed state. What was cleared keeps its version, so that nobody who
-- read it before writes over what comes after.
create table orleans.grain_state (
    grain_id_hash   integer     not null,
    grain_type_hash integer     not null,
    grain_id_n0     bigint      not null,
    grain_id_n1     bigint      not null,
    grain_type      text        not null,
    grain_id_text   text,
    service_id      text        not null,
    payload         bytea,
    version         integer     not null,
    modified_at     timestamptz not null default now()
);

create unique index grain_state_key on orleans.grain_state
    (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_type, coalesce(grain_id_text, ''), service_id);

insert into orleans.orleansquery (querykey, querytext) values
('ReadFromStorageKey', '
    select payload as "PayloadBinary", version as "Version" from grain_state
    where grain_id_hash = @GrainIdHash and grain_type_hash = @GrainTypeHash and grain_id_n0 = @GrainIdN0 and grain_id_n1 = @GrainIdN1
        and grain_type = @GrainTypeString and coalesce(grain_id_text, '''') = coalesce(@GrainIdExtensionString, '''')
        and service_id = @ServiceId'),
-- The version that was given comes back where nothing was written: that is how the provider learns of a conflict.
('WriteToStorageKey', '
    with updated as (
        update grain_state set payload = @PayloadBinary, version = version + 1, modified_at = now()
        where grain_id_hash = @GrainIdHash and grain_type_hash = @GrainTypeHash and grain_id_n0 = @GrainIdN0 and grain_id_n1 = @GrainIdN1
            and grain_type = @GrainTypeString and coalesce(grain_id_text, '''') = coalesce(@GrainIdExtensionString, '''')
            and service_id = @ServiceId and version = @GrainStateVersion
        returning version),
    inserted as (
        insert into grain_state
            (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_type, grain_id_text, service_id, payload, version)
        select @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, 1
        where @GrainStateVersion is null
        on conflict do nothing
        returning version)
    select coalesce((select version from updated), (select version from inserted), @GrainStateVersion) as "NewGrainStateVersion"'),
('ClearStorageKey', '
    with updated as (
        update grain_state set payload = null, version = version + 1, modified_at = now()
        where grain_id_hash = @GrainIdHash and grain_type_hash = @GrainTypeHash and grain_id_n0 = @GrainIdN0 and grain_id_n1 = @GrainIdN1
            and grain_type = @GrainTypeString and coalesce(grain_id_text, '''') = coalesce(@GrainIdExtensionString, '''')
            and service_id = @ServiceId and version = @GrainStateVersion
        returning version)
    select coalesce((select version from updated), @GrainStateVersion) as "NewGrainStateVersion"');
