CREATE TABLE engram.audit (
    space  text COLLATE "C" NOT NULL,
    entry  uuid NOT NULL,
    at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    actor  name NOT NULL,
    action text NOT NULL,
    id     uuid,
    detail jsonb NOT NULL DEFAULT '{}',
    session_actor name,
    space_made_at timestamptz,
    PRIMARY KEY (space, entry)
);
CREATE INDEX audit_memory ON engram.audit (space, id);
COMMENT ON TABLE engram.audit IS 'Who did what; append-only, holds ids and counts, and nothing more of a memory that was deleted';
COMMENT ON COLUMN engram.audit.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.audit.actor IS 'Role whose rights it was done with (current_user)';
COMMENT ON COLUMN engram.audit.action IS 'forget, forget_where, update, confirm, contradict, supersede, reinstate, configure_space, drop_space, or sql_delete, sql_update and sql_truncate for what was done without a function';
COMMENT ON COLUMN engram.audit.id IS 'Memory it was done to; null for several';
COMMENT ON COLUMN engram.audit.detail IS 'Counts, ids and names of roles';
COMMENT ON COLUMN engram.audit.session_actor IS 'Role that had logged in (session_user)';
COMMENT ON COLUMN engram.audit.space_made_at IS 'When the space was made: one made anew under the same name is another space';

CREATE TABLE engram.usage (
    space    text COLLATE "C" NOT NULL,
    entry    uuid NOT NULL,
    memories bigint NOT NULL,
    bytes    bigint NOT NULL,
    settles  xid8,
    PRIMARY KEY (space, entry)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.usage IS 'How full the spaces with a quota are: the sum of the rows of a space; derived, never dumped';
COMMENT ON COLUMN engram.usage.memories IS 'Number of memories, or its change';
COMMENT ON COLUMN engram.usage.bytes IS 'Bytes of their contents and embeddings, or their change';
COMMENT ON COLUMN engram.usage.settles IS 'In a count: transactions before this one may have written what it missed; when all have ended it is made anew';


CREATE TABLE engram.watch (
    space      text COLLATE "C" NOT NULL,
    watch      uuid NOT NULL,
    owner_role name NOT NULL DEFAULT CURRENT_USER,
    cue        text,
    embedding  vector,
    filter     jsonb NOT NULL DEFAULT '{}',
    threshold  real NOT NULL DEFAULT 0.5 CHECK (threshold OPERATOR(pg_catalog.>=) 0 AND threshold OPERATOR(pg_catalog.<=) 1),
    channel    text NOT NULL DEFAULT 'engram_watch',
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    name       text,
    events     text[] NOT NULL DEFAULT '{remember,recall}'
        CHECK (pg_catalog.cardinality(events) OPERATOR(pg_catalog.>) 0 AND events OPERATOR(pg_catalog.<@) ARRAY['remember', 'recall']),
    PRIMARY KEY (space, watch),
    CHECK (cue IS NOT NULL OR embedding IS NOT NULL)
);
COMMENT ON TABLE engram.watch IS 'Standing cues: a new memory that matches is announced on the channel, by id';
COMMENT ON COLUMN engram.watch.owner_role IS 'Role whose rights decide which memories are announced';
COMMENT ON COLUMN engram.watch.filter IS 'What the metadata of a memory must contain';
COMMENT ON COLUMN engram.watch.threshold IS 'Least score of a match, 0 to 1';
COMMENT ON COLUMN engram.watch.channel IS 'Channel of NOTIFY, as engram_channel names it';
COMMENT ON COLUMN engram.watch.name IS 'What its owner calls it';
COMMENT ON COLUMN engram.watch.events IS 'What is announced: new memories (remember), and memories that a recall returned (recall)';

CREATE TABLE engram.announcement (
    space    text COLLATE "C" NOT NULL,
    entry    uuid NOT NULL,
    event    text NOT NULL CHECK (event OPERATOR(pg_catalog.=) ANY (ARRAY['remember', 'forget', 'belief'])),
    ids      uuid[] NOT NULL,
    activity boolean NOT NULL,
    PRIMARY KEY (space, entry)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.announcement IS 'What the worker has still to announce to watches and as activity; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.announcement.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.announcement.event IS 'What happened to the memories: remember, forget or belief';
COMMENT ON COLUMN engram.announcement.ids IS 'The memories, of one statement';
COMMENT ON COLUMN engram.announcement.activity IS 'Whether it is announced as activity, beside what watches make of it';

CREATE TABLE engram.feedback (
    space    text COLLATE "C" NOT NULL,
    id       uuid NOT NULL,
    entry    uuid NOT NULL,
    useful   boolean NOT NULL,
    given_by name NOT NULL DEFAULT CURRENT_USER,
    given_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    confidence real CHECK (confidence OPERATOR(pg_catalog.>=) 0 AND confidence OPERATOR(pg_catalog.<=) 1),
    PRIMARY KEY (space, id, entry),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
COMMENT ON TABLE engram.feedback IS 'Whether a recalled memory was useful';
COMMENT ON COLUMN engram.feedback.confidence IS 'Confidence that the memory had then, which calibration compares; null where it is not known';

CREATE TABLE engram.evidence (
    space      text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    entry      uuid NOT NULL,
    supports   boolean NOT NULL,
    weight     real NOT NULL CHECK (weight OPERATOR(pg_catalog.>) 0),
    source     text,
    source_key uuid NOT NULL,
    "by"       uuid,
    given_by   name NOT NULL DEFAULT CURRENT_USER,
    given_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    withdrawn_at timestamptz,
    PRIMARY KEY (space, id, entry),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE,
    FOREIGN KEY (space, "by") REFERENCES engram.memory (space, id) ON DELETE SET NULL ("by")
);
CREATE UNIQUE INDEX evidence_source ON engram.evidence (space, id, source_key) WHERE withdrawn_at IS NULL;
CREATE INDEX evidence_by ON engram.evidence (space, "by");
COMMENT ON TABLE engram.evidence IS 'What engram_confirm and engram_contradict counted, one row for each independent source; gone with the memory';
COMMENT ON COLUMN engram.evidence.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.evidence.supports IS 'Whether it speaks for the memory';
COMMENT ON COLUMN engram.evidence.weight IS 'Observations it counts as';
COMMENT ON COLUMN engram.evidence.source IS 'The source as the caller named it';
COMMENT ON COLUMN engram.evidence.source_key IS 'Digest of the source, unique for each memory: a source counts once';
COMMENT ON COLUMN engram.evidence."by" IS 'Memory that speaks for it or against it; null when there is none, or when it was deleted';
COMMENT ON COLUMN engram.evidence.given_by IS 'Role that gave it';
COMMENT ON COLUMN engram.evidence.withdrawn_at IS 'When its source said the opposite, which counts from then on; null while it counts';

CREATE TABLE engram.supersession (
    space     text COLLATE "C" NOT NULL,
    entry     uuid NOT NULL,
    old_id    uuid NOT NULL,
    new_id    uuid NOT NULL,
    at        timestamptz NOT NULL,
    ended     boolean NOT NULL,
    began     boolean NOT NULL,
    made      boolean NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    made_by   name NOT NULL DEFAULT CURRENT_USER,
    undone_at timestamptz,
    undone_by name,
    PRIMARY KEY (space, entry),
    FOREIGN KEY (space, old_id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
CREATE INDEX supersession_old ON engram.supersession (space, old_id);
CREATE INDEX supersession_new ON engram.supersession (space, new_id);
COMMENT ON TABLE engram.supersession IS 'Which memory replaced which, when, and until when: what recall as of a past time and engram_reinstate go by';
COMMENT ON COLUMN engram.supersession.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.supersession.at IS 'When the fact changed in the world';
COMMENT ON COLUMN engram.supersession.ended IS 'Whether it set the end of the validity of the old memory';
COMMENT ON COLUMN engram.supersession.began IS 'Whether it set the start of the validity of the new memory';
COMMENT ON COLUMN engram.supersession.made IS 'Whether it made the new memory, which engram_reinstate then suppresses';
COMMENT ON COLUMN engram.supersession.made_at IS 'When it became known: from then on the old memory is not believed';
COMMENT ON COLUMN engram.supersession.undone_at IS 'When engram_reinstate undid it; null while it holds';

CREATE TABLE engram.citation (
    space      text COLLATE "C" NOT NULL,
    belief     uuid NOT NULL,
    evidence   uuid NOT NULL,
    supports   boolean NOT NULL DEFAULT true,
    weight     real NOT NULL DEFAULT 1 CHECK (weight OPERATOR(pg_catalog.>=) 0),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    occurred_at timestamptz,
    PRIMARY KEY (space, belief, evidence),
    FOREIGN KEY (space, belief) REFERENCES engram.memory (space, id) ON DELETE CASCADE,
    FOREIGN KEY (space, evidence) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
CREATE INDEX citation_evidence ON engram.citation (space, evidence);
COMMENT ON TABLE engram.citation IS 'Evidence of a belief';
COMMENT ON COLUMN engram.citation.supports IS 'Whether the evidence speaks for the belief';
COMMENT ON COLUMN engram.citation.weight IS 'How close the evidence is to the middle of the belief, 0 to 1, where a run wrote it';
COMMENT ON COLUMN engram.citation.occurred_at IS 'When what the evidence tells happened';

CREATE TABLE engram.consolidation_run (
    space        text COLLATE "C" NOT NULL,
    run          uuid NOT NULL,
    state        text NOT NULL DEFAULT 'running' CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['running', 'completed', 'failed', 'undone'])),
    started_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    finished_at  timestamptz,
    input_hash   bytea,
    signature    bytea,
    episodes     bigint NOT NULL DEFAULT 0,
    beliefs      bigint NOT NULL DEFAULT 0,
    duration_ms  double precision,
    novelty      real,
    undo         jsonb NOT NULL DEFAULT '{}',
    error        text,
    version      bigint,
    cause        text NOT NULL DEFAULT 'function' CHECK (cause OPERATOR(pg_catalog.=) ANY (ARRAY['function', 'worker', 'undo'])),
    counts       jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (space, run)
);
CREATE UNIQUE INDEX consolidation_run_version ON engram.consolidation_run (space, version) WHERE version IS NOT NULL;
COMMENT ON TABLE engram.consolidation_run IS 'Runs of consolidation: input, result, duration';
COMMENT ON COLUMN engram.consolidation_run.input_hash IS 'Hash of the rows and settings the run read';
COMMENT ON COLUMN engram.consolidation_run.signature IS 'Hash of what the run made; the same input gives the same signature';
COMMENT ON COLUMN engram.consolidation_run.duration_ms IS 'Duration in milliseconds';
COMMENT ON COLUMN engram.consolidation_run.novelty IS 'How much of the beliefs is new, 0 to 1';
COMMENT ON COLUMN engram.consolidation_run.undo IS 'When and by whom the run was undone; empty while it stands';
COMMENT ON COLUMN engram.consolidation_run.version IS 'Version of the beliefs that the run published; null when it changed nothing';
COMMENT ON COLUMN engram.consolidation_run.cause IS 'Who asked for it: function, worker, or undo for what engram_undo published';
COMMENT ON COLUMN engram.consolidation_run.counts IS 'What it did: number of beliefs for each action, of those it left as somebody had edited them (edited), of those beyond the quota (refused), of classes, and of what it wrote (written)';

CREATE TABLE engram.consolidation_snapshot (
    space            text COLLATE "C" NOT NULL,
    run              uuid NOT NULL,
    belief           uuid NOT NULL,
    content          text NOT NULL,
    label            text,
    evidence_for     real NOT NULL,
    evidence_against real NOT NULL,
    citations        integer NOT NULL,
    first_at         timestamptz,
    last_at          timestamptz,
    version          bigint NOT NULL DEFAULT 0,
    until            bigint,
    regularity       jsonb,
    contradicts      uuid[] NOT NULL DEFAULT '{}',
    parents          uuid[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (space, run, belief),
    FOREIGN KEY (space, run) REFERENCES engram.consolidation_run (space, run) ON DELETE CASCADE
);
CREATE INDEX consolidation_snapshot_belief ON engram.consolidation_snapshot (space, belief);
CREATE INDEX consolidation_snapshot_current ON engram.consolidation_snapshot (space, belief) WHERE until IS NULL;
COMMENT ON TABLE engram.consolidation_snapshot IS 'Beliefs as runs published them: the latest snapshot of a space is its rows without an end, the one of a version its rows that were current then';
COMMENT ON COLUMN engram.consolidation_snapshot.run IS 'Run that published the belief in this form';
COMMENT ON COLUMN engram.consolidation_snapshot.label IS 'Terms that distinguish the belief';
COMMENT ON COLUMN engram.consolidation_snapshot.citations IS 'Number of memories that it cites';
COMMENT ON COLUMN engram.consolidation_snapshot.version IS 'Version of the beliefs from which on it is so';
COMMENT ON COLUMN engram.consolidation_snapshot.until IS 'First version in which it is not; null while it is so';
COMMENT ON COLUMN engram.consolidation_snapshot.regularity IS 'Rhythm: period_seconds, strength (0 to 1) and p_value; null where there is none';
COMMENT ON COLUMN engram.consolidation_snapshot.contradicts IS 'Beliefs that cannot hold together with it';
COMMENT ON COLUMN engram.consolidation_snapshot.parents IS 'Beliefs it was merged from or split off';

CREATE TABLE engram.belief_event (
    space            text COLLATE "C" NOT NULL,
    event            uuid NOT NULL,
    belief           uuid NOT NULL,
    run              uuid,
    at               timestamptz NOT NULL DEFAULT pg_catalog.now(),
    confidence_delta real NOT NULL DEFAULT 0,
    citation_delta   integer NOT NULL DEFAULT 0,
    novelty          real NOT NULL DEFAULT 0,
    kind             text CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['formed', 'strengthened', 'weakened', 'merged', 'split',
                                                                        'retired', 'revived', 'contradicted', 'undone'])),
    confidence_before real,
    confidence_after real,
    version          bigint,
    PRIMARY KEY (space, event)
);
CREATE INDEX belief_event_belief ON engram.belief_event (space, belief);
COMMENT ON TABLE engram.belief_event IS 'Every change of a belief; append-only, removed in batches by age and number';
COMMENT ON COLUMN engram.belief_event.event IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.belief_event.citation_delta IS 'How many memories more it cites than before';
COMMENT ON COLUMN engram.belief_event.novelty IS 'Share of its evidence that is new, 0 to 1';
COMMENT ON COLUMN engram.belief_event.kind IS 'formed, strengthened, weakened, merged, split, retired, revived, contradicted or undone';
COMMENT ON COLUMN engram.belief_event.confidence_before IS 'Confidence before; null where it did not hold';
COMMENT ON COLUMN engram.belief_event.confidence_after IS 'Confidence after; null where it does not hold any more';
COMMENT ON COLUMN engram.belief_event.version IS 'Version of the beliefs that the run published';

CREATE TABLE engram.belief (
    space       text COLLATE "C" NOT NULL,
    id          uuid NOT NULL,
    state       text NOT NULL DEFAULT 'active' CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['active', 'retired'])),
    label       text,
    founded_by  uuid,
    regularity  jsonb,
    cohesion    real,
    first_at    timestamptz,
    last_at     timestamptz,
    count       integer NOT NULL DEFAULT 0,
    retired_at  timestamptz,
    contradicts uuid[] NOT NULL DEFAULT '{}',
    conflicts   jsonb NOT NULL DEFAULT '[]',
    written     bytea,
    evidence_for real NOT NULL DEFAULT 0,
    evidence_against real NOT NULL DEFAULT 0,
    PRIMARY KEY (space, id),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.belief IS 'What consolidation knows of a belief beside its memory';
COMMENT ON COLUMN engram.belief.state IS 'active, or retired: its evidence is gone, and its memory is suppressed';
COMMENT ON COLUMN engram.belief.label IS 'Terms that distinguish it';
COMMENT ON COLUMN engram.belief.founded_by IS 'Run that formed it';
COMMENT ON COLUMN engram.belief.regularity IS 'Rhythm: period_seconds, strength (0 to 1) and p_value; null where there is none';
COMMENT ON COLUMN engram.belief.cohesion IS 'Mean similarity of two of its memories';
COMMENT ON COLUMN engram.belief.first_at IS 'When the first of its memories happened';
COMMENT ON COLUMN engram.belief.last_at IS 'When the last of its memories happened';
COMMENT ON COLUMN engram.belief.count IS 'Number of memories that it rests on';
COMMENT ON COLUMN engram.belief.retired_at IS 'When it was retired; null while it is active';
COMMENT ON COLUMN engram.belief.contradicts IS 'Beliefs that cannot hold together with it';
COMMENT ON COLUMN engram.belief.conflicts IS 'For each of them why, and what the engine proposes';
COMMENT ON COLUMN engram.belief.evidence_for IS 'What its citations speak for it, beside what engram_confirm has added';
COMMENT ON COLUMN engram.belief.evidence_against IS 'What speaks against it, beside what engram_contradict has added';
COMMENT ON COLUMN engram.belief.written IS 'Digest of the memory as the last run wrote it: a memory that is otherwise was edited, and its edit wins';

-- No foreign key to the parent: a lineage says where a belief comes from when the parent is long forgotten.
CREATE TABLE engram.lineage (
    space  text COLLATE "C" NOT NULL,
    child  uuid NOT NULL,
    parent uuid NOT NULL,
    run    uuid NOT NULL,
    kind   text NOT NULL CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['merged', 'split'])),
    PRIMARY KEY (space, child, parent, run),
    FOREIGN KEY (space, child) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
CREATE INDEX lineage_parent ON engram.lineage (space, parent);
COMMENT ON TABLE engram.lineage IS 'Which belief comes from which';
COMMENT ON COLUMN engram.lineage.run IS 'Run that merged or split them';
COMMENT ON COLUMN engram.lineage.kind IS 'merged: the child took the parent in; split: it left the parent';

CREATE TABLE engram.consolidation_touch (
    space      text COLLATE "C" NOT NULL,
    run        uuid NOT NULL,
    entry      integer NOT NULL,
    what       text NOT NULL CHECK (what OPERATOR(pg_catalog.=) ANY (ARRAY['memory', 'belief', 'citation', 'lineage'])),
    id         uuid NOT NULL,
    other      uuid,
    before     jsonb,
    after_hash bytea,
    PRIMARY KEY (space, run, entry),
    FOREIGN KEY (space, run) REFERENCES engram.consolidation_run (space, run) ON DELETE CASCADE
);
CREATE INDEX consolidation_touch_id ON engram.consolidation_touch (space, id);
CREATE INDEX consolidation_touch_other ON engram.consolidation_touch (space, other) WHERE other IS NOT NULL;
COMMENT ON TABLE engram.consolidation_touch IS 'Rows that a run changed, with what they were: what engram_undo goes by';
COMMENT ON COLUMN engram.consolidation_touch.entry IS 'Counts from 1 in the order of the changes';
COMMENT ON COLUMN engram.consolidation_touch.what IS 'Table of the row: memory, belief, citation or lineage';
COMMENT ON COLUMN engram.consolidation_touch.id IS 'The belief';
COMMENT ON COLUMN engram.consolidation_touch.other IS 'Evidence of a citation, parent of a lineage';
COMMENT ON COLUMN engram.consolidation_touch.before IS 'The row as it was, without the column changed; null when the run made it';
COMMENT ON COLUMN engram.consolidation_touch.after_hash IS 'Digest of the row as the run left it, without the column changed; null when the run removed it';

CREATE TABLE engram.consolidation (
    space             text COLLATE "C" NOT NULL,
    paused            boolean NOT NULL DEFAULT false,
    version           bigint NOT NULL DEFAULT 0,
    last_run          uuid,
    last_completed_at timestamptz,
    failures_in_row   integer NOT NULL DEFAULT 0,
    low_novelty_runs  integer NOT NULL DEFAULT 0,
    next_due          timestamptz,
    kept_from         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (space)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.consolidation IS 'State of consolidation for each space that was ever consolidated or paused';
COMMENT ON COLUMN engram.consolidation.paused IS 'The scheduler leaves the space alone';
COMMENT ON COLUMN engram.consolidation.version IS 'Grows by one with each snapshot of beliefs';
COMMENT ON COLUMN engram.consolidation.last_run IS 'The last run that completed';
COMMENT ON COLUMN engram.consolidation.last_completed_at IS 'When it completed';
COMMENT ON COLUMN engram.consolidation.failures_in_row IS 'Runs that failed since one completed';
COMMENT ON COLUMN engram.consolidation.low_novelty_runs IS 'Runs in a row, of those that read something new, whose novelty was below .01';
COMMENT ON COLUMN engram.consolidation.next_due IS 'When the scheduler runs the space next, if something is new';
COMMENT ON COLUMN engram.consolidation.kept_from IS 'First version whose beliefs are kept: those of versions before were removed by age';

CREATE TABLE engram.snapshot_token (
    singleton  boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (singleton),
    token      uuid NOT NULL,
    written_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    at_stop    uuid
);
COMMENT ON COLUMN engram.snapshot_token.token IS 'Token of the file that a worker wrote last, or that was read at the start';
COMMENT ON COLUMN engram.snapshot_token.at_stop IS 'Token of the file that the server writes when it stops; drawn at its start';
COMMENT ON TABLE engram.snapshot_token IS 'Token of the last snapshot file; a file with another token belongs to another history and is discarded';
