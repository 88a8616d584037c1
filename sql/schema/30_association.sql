CREATE TABLE engram.association (
    space      text COLLATE "C" NOT NULL,
    source     uuid NOT NULL,
    target     uuid NOT NULL,
    kind       text NOT NULL DEFAULT 'semantic',
    weight     real NOT NULL DEFAULT 0.5,
    created_at timestamptz,
    changed    xid8,
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

CREATE TABLE engram.cue_alias (
    space      text COLLATE "C" NOT NULL,
    alias      text NOT NULL,
    cue        text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (space, alias),
    CHECK (alias OPERATOR(pg_catalog.<>) cue)
);
COMMENT ON TABLE engram.cue_alias IS 'Other names of a cue, normalised as cues are';
