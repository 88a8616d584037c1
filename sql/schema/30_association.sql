CREATE TABLE engram.association (
    space      text COLLATE "C" NOT NULL,
    source     uuid NOT NULL,
    target     uuid NOT NULL,
    kind       text NOT NULL DEFAULT 'semantic',
    weight     real NOT NULL DEFAULT 0.5,
    created_at timestamptz,
    changed    xid8,
    origin     text NOT NULL DEFAULT 'explicit' CHECK (origin OPERATOR(pg_catalog.=) ANY (ARRAY['explicit', 'co-recall', 'similarity'])),
    PRIMARY KEY (space, source, target, kind),
    FOREIGN KEY (space, source) REFERENCES engram.memory (space, id) ON DELETE CASCADE,
    FOREIGN KEY (space, target) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
-- Deleting a memory looks for the edges that end in it.
CREATE INDEX association_target ON engram.association (space, target);
COMMENT ON TABLE engram.association IS 'Explicit and learned edges between memories, directed and typed';
COMMENT ON COLUMN engram.association.kind IS 'semantic, temporal, causal, spatial, emotional or inhibitory';
COMMENT ON COLUMN engram.association.weight IS 'Strength, above 0 and at most 1';
COMMENT ON COLUMN engram.association.changed IS 'Transaction of the last change, set by a trigger';
COMMENT ON COLUMN engram.association.origin IS 'explicit, or how it was learned: co-recall, similarity; what is explicit is never changed by learning';

CREATE TABLE engram.progress (
    space   text COLLATE "C" NOT NULL,
    job     text NOT NULL,
    through xid8 NOT NULL,
    after   uuid,
    whole   xid8 NOT NULL,
    detail  text NOT NULL,
    PRIMARY KEY (space, job)
);
COMMENT ON TABLE engram.progress IS 'How far the jobs of the background worker have come; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.progress.through IS 'Everything that earlier transactions changed is done';
COMMENT ON COLUMN engram.progress.after IS 'Of what transaction through changed, ids up to this one are done; null for none';
COMMENT ON COLUMN engram.progress.whole IS 'What earlier transactions changed was there when the job began';
COMMENT ON COLUMN engram.progress.detail IS 'Settings the job was begun with; with others it begins anew';

CREATE FUNCTION engram.learn(space text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'learn_wrapper';
COMMENT ON FUNCTION engram.learn(text) IS 'Learns associations of a space now, as the worker does in the background; returns how many changed';

CREATE TABLE engram.change (
    changed xid8 NOT NULL,
    space   text COLLATE "C",
    id      uuid,
    what    text NOT NULL CHECK (what OPERATOR(pg_catalog.=) ANY (ARRAY['memory', 'association', 'truncate']))
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX change_changed ON engram.change (changed);
COMMENT ON TABLE engram.change IS 'Deleted memories and changed associations, so that a reload sees what engram.memory.changed cannot show; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.change.changed IS 'Transaction of the change';
COMMENT ON COLUMN engram.change.space IS 'Space of the change; null for all spaces';
COMMENT ON COLUMN engram.change.id IS 'Deleted memory, or source of the association; null for a whole table';
COMMENT ON COLUMN engram.change.what IS 'memory, association, or truncate for a whole table';

CREATE TABLE engram.change_horizon (
    singleton    boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (singleton),
    trimmed      xid8 NOT NULL,
    candidate    xid8 NOT NULL,
    candidate_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE engram.change_horizon IS 'How far engram.change was trimmed; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.change_horizon.trimmed IS 'Changes of earlier transactions are forgotten: who has not seen them reads everything';
COMMENT ON COLUMN engram.change_horizon.candidate IS 'What the horizon will be once this is older than engram.change_retention';
COMMENT ON COLUMN engram.change_horizon.candidate_at IS 'When the candidate was the oldest transaction that ran';

CREATE TABLE engram.cue_alias (
    space      text COLLATE "C" NOT NULL,
    alias      text NOT NULL,
    cue        text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (space, alias),
    CHECK (alias OPERATOR(pg_catalog.<>) cue)
);
COMMENT ON TABLE engram.cue_alias IS 'Other names of a cue, normalised as cues are';
