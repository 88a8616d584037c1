INSERT INTO engram.memory (space, id, content, embedding, cues, context, kind, evidence_for,
                           evidence_against, occurred_at, source, metadata)
SELECT coalesce(m.space, $2), m.id, m.content, m.embedding, coalesce(m.cues, '{}'), m.context,
       coalesce(m.kind, 'episode'),
       2::pg_catalog.float4 OPERATOR(pg_catalog.*) c.confidence,
       2::pg_catalog.float4 OPERATOR(pg_catalog.*) (1::pg_catalog.float4 OPERATOR(pg_catalog.-) c.confidence),
       m.occurred_at, m.source, coalesce(m.metadata, '{}')
FROM ROWS FROM (pg_catalog.jsonb_array_elements($1), pg_catalog.unnest($3)) AS e(value, known),
     LATERAL pg_catalog.jsonb_populate_record(NULL::engram.memory, e.value) AS m,
     LATERAL (SELECT coalesce((e.value OPERATOR(pg_catalog.->>) 'confidence')::pg_catalog.float4, 0.7)) AS c(confidence)
WHERE e.known IS NOT TRUE
RETURNING id
