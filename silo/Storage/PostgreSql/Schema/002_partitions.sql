-- Who reads a partition, under which epoch, and how far all is durable; and the keys that wait for an operator.
create table streamforge.partition_progress (
    consumer_group text        not null,
    topic          text        not null,
    log_id         uuid        not null,
    partition      integer     not null,
    epoch          bigint      not null,
    low_water      bigint      not null,
    owner          text        not null,
    updated_at     timestamptz not null,
    primary key (consumer_group, topic, log_id, partition)
) with (fillfactor = 50);

-- A record's key may hold any character, which PostgreSQL's text may not: kept as UTF-8 bytes.
create table streamforge.parked_key (
    consumer_group text        not null,
    topic          text        not null,
    log_id         uuid        not null,
    partition      integer     not null,
    record_key     bytea       not null,
    from_offset    bigint      not null,
    reason         text        not null,
    parked_at      timestamptz not null,
    primary key (consumer_group, topic, log_id, partition, record_key)
);
