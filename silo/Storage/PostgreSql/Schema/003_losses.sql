-- Records that retention took before they were read, [loss_from, loss_to); all three null where nobody misses any.
alter table streamforge.partition_progress
    add column loss_from bigint,
    add column loss_to   bigint,
    add column loss_at   timestamptz;
