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
    PRIMARY KEY (space, belief, evidence),
    FOREIGN KEY (space, belief) REFERENCES engram.memory (space, id) ON DELETE CASCADE,
    FOREIGN KEY (space, evidence) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
CREATE INDEX citation_evidence ON engram.citation (space, evidence);
COMMENT ON TABLE engram.citation IS 'Evidence of a belief';
COMMENT ON COLUMN engram.citation.supports IS 'Whether the evidence speaks for the belief';

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
    PRIMARY KEY (space, run)
);
COMMENT ON TABLE engram.consolidation_run IS 'Runs of consolidation: input, result, duration';
COMMENT ON COLUMN engram.consolidation_run.input_hash IS 'Hash of the rows and settings the run read';
COMMENT ON COLUMN engram.consolidation_run.signature IS 'Hash of what the run made; the same input gives the same signature';
COMMENT ON COLUMN engram.consolidation_run.duration_ms IS 'Duration in milliseconds';

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
    PRIMARY KEY (space, run, belief),
    FOREIGN KEY (space, run) REFERENCES engram.consolidation_run (space, run) ON DELETE CASCADE
);
CREATE INDEX consolidation_snapshot_belief ON engram.consolidation_snapshot (space, belief);
COMMENT ON TABLE engram.consolidation_snapshot IS 'Beliefs as a run published them';

CREATE TABLE engram.belief_event (
    space            text COLLATE "C" NOT NULL,
    event            uuid NOT NULL,
    belief           uuid NOT NULL,
    run              uuid,
    at               timestamptz NOT NULL DEFAULT pg_catalog.now(),
    confidence_delta real NOT NULL DEFAULT 0,
    citation_delta   integer NOT NULL DEFAULT 0,
    novelty          real NOT NULL DEFAULT 0,
    PRIMARY KEY (space, event)
);
CREATE INDEX belief_event_belief ON engram.belief_event (space, belief);
COMMENT ON TABLE engram.belief_event IS 'Every change of a belief; append-only, removed in batches by age and number';

CREATE TABLE engram.snapshot_token (
    singleton  boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (singleton),
    token      uuid NOT NULL,
    written_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    at_stop    uuid
);
COMMENT ON COLUMN engram.snapshot_token.token IS 'Token of the file that a worker wrote last, or that was read at the start';
COMMENT ON COLUMN engram.snapshot_token.at_stop IS 'Token of the file that the server writes when it stops; drawn at its start';
COMMENT ON TABLE engram.snapshot_token IS 'Token of the last snapshot file; a file with another token belongs to another history and is discarded';
