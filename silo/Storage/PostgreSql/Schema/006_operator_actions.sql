-- Every order that an operator gave, written before it was carried out, and how it ended. Rows are added, and nothing else.
create table streamforge.operator_action (
    number   bigint      generated always as identity primary key,
    at       timestamptz not null,
    given_by text        not null,
    what     text        not null,
    target   text        not null,
    reason   text        not null
);

create table streamforge.operator_action_end (
    number  bigint      primary key references streamforge.operator_action (number),
    at      timestamptz not null,
    outcome text        not null,
    detail  text        not null
);

create function streamforge.refuse_change() returns trigger language plpgsql as
$$ begin raise exception '% is only ever added to', tg_table_name; end $$;

create trigger added_to_only before update or delete or truncate on streamforge.operator_action
    for each statement execute function streamforge.refuse_change();
create trigger added_to_only before update or delete or truncate on streamforge.operator_action_end
    for each statement execute function streamforge.refuse_change();
