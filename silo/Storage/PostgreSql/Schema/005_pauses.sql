-- Partitions that operators have paused, whatever the topic's incarnation and whoever reads them.
create table streamforge.partition_pause (
    topic     text collate "C" not null,
    partition integer          not null,
    since     timestamptz      not null,
    paused_by text             not null,
    reason    text             not null,
    primary key (topic, partition)
);
