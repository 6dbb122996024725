-- A large state that changed a little is not written again: what changed is kept as a patch of the state before. A row then has the
-- state that was last written whole (base), how many patches lead from there to the state (patches), how many bytes that has (bytes;
-- null: as many as the base), and its CRC-32C (digest; null: unknown), by which the next patch proves that it is made for it.
-- The column's new name keeps out processes that know nothing of patches: they would take the base for the state.
alter table streamforge.state rename column payload to base;
alter table streamforge.state
    add column patches integer not null default 0,
    add column bytes   integer,
    add column digest  integer;

-- Numbers from 1 to the row's patches count; what has a higher one is of an earlier base, and is written over when its turn comes.
create table streamforge.state_patch (
    kind   text collate "C" not null,
    id     text collate "C" not null,
    number integer          not null,
    patch  bytea            not null,
    primary key (kind, id, number)
) with (fillfactor = 80);

alter table streamforge.state_patch alter column patch set storage external;
