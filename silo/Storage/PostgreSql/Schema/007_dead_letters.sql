-- What stands in the topic of dead letters, one row a record that was given up, and what operators did about it. Ids of newer records
-- come first. Where the letter stands in the topic says when it is to be forgotten.
create table streamforge.dead_letter (
    id            text collate "C" primary key,
    log_id        uuid             not null,
    partition     integer          not null,
    letter_offset bigint           not null,
    topic         text collate "C" not null,
    reason        text             not null,
    state         text collate "C" not null,
    version       bigint           not null default 1,
    letter        text             not null
);

create index dead_letter_by_state on streamforge.dead_letter (state, id);
create index dead_letter_by_topic on streamforge.dead_letter (topic, id);
create index dead_letter_by_place on streamforge.dead_letter (partition, log_id, letter_offset);
