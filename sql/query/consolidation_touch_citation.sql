-- Citations before a run adds, changes or removes them.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, other, before)
SELECT $1, $2, $3 OPERATOR(pg_catalog.+) t.at::pg_catalog.int4, 'citation', t.id, t.other,
       (SELECT pg_catalog.to_jsonb(c)
        FROM engram.citation c WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.belief OPERATOR(pg_catalog.=) t.id
                                 AND c.evidence OPERATOR(pg_catalog.=) t.other)
FROM ROWS FROM (pg_catalog.unnest($4::pg_catalog.uuid[]), pg_catalog.unnest($5::pg_catalog.uuid[])) WITH ORDINALITY AS t(id, other, at)
