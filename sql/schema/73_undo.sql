-- A row that consolidation writes, as engram.consolidation_touch keeps it. Its space is that of the touch. What the server changes by
-- itself is left out: the transaction, and the tier. A memory in the cold tier is shown as it was before it moved there.
CREATE FUNCTION engram.touched_row(space text, what text, id uuid, other uuid) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $touched$
    SELECT CASE $2
        WHEN 'memory' THEN
            (SELECT (pg_catalog.to_jsonb(m) OPERATOR(pg_catalog.-) ARRAY['space', 'changed', 'cold', 'pinned'])
                    OPERATOR(pg_catalog.||)
                    CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                        (SELECT pg_catalog.jsonb_build_object('content', c.content, 'embedding', c.embedding) FROM engram.cold c
                         WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                    ELSE '{}' END
             FROM engram.memory m
             WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $3)
        WHEN 'belief' THEN
            (SELECT pg_catalog.to_jsonb(b) OPERATOR(pg_catalog.-) 'space' FROM engram.belief b
             WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) $3)
        WHEN 'citation' THEN
            (SELECT pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.-) 'space' FROM engram.citation c
             WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.belief OPERATOR(pg_catalog.=) $3
               AND c.evidence OPERATOR(pg_catalog.=) $4)
        WHEN 'lineage' THEN
            (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l) OPERATOR(pg_catalog.-) 'space' ORDER BY l.run) FROM engram.lineage l
             WHERE l.space OPERATOR(pg_catalog.=) $1 AND l.child OPERATOR(pg_catalog.=) $3
               AND l.parent OPERATOR(pg_catalog.=) $4)
    END
$touched$;
COMMENT ON FUNCTION engram.touched_row(text, text, uuid, uuid) IS 'A row that consolidation writes, as engram.consolidation_touch keeps it; null where there is none';

-- Cues are left out, too: the worker adds names that the space has learned since.
CREATE FUNCTION engram.touched_hash(touched jsonb) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $hash$
    SELECT pg_catalog.sha256(pg_catalog.convert_to((touched OPERATOR(pg_catalog.-) 'cues')::pg_catalog.text, 'UTF8'))
$hash$;
COMMENT ON FUNCTION engram.touched_hash(jsonb) IS 'Digest of a row that consolidation writes: the same row has the same digest in every session';
