-- Grain state: one row a grain and state name, replaced under the condition of its ETag. Keys compare by bytes ("C"), as the pages
-- of lists do. Payloads are compact binary already: stored as they are, without a try to compress them.
create table streamforge.state (
    kind           text collate "C" not null,
    id             text collate "C" not null,
    etag           text collate "C" not null,
    schema_version integer          not null,
    payload        bytea            not null,
    scope          text collate "C",
    status         text collate "C",
    sequence       bigint,
    due_at         timestamptz,
    written_at     timestamptz      not null,
    primary key (kind, id)
) with (fillfactor = 80);

alter table streamforge.state alter column payload set storage external;

create index state_by_scope on streamforge.state (kind, scope, id) where scope is not null;
create index state_by_status on streamforge.state (kind, status, id) where status is not null;
create index state_by_due on streamforge.state (kind, due_at) where due_at is not null;
