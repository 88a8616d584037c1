SELECT e.encoder, e.dimensions, e.state, e.after, e.switched
FROM engram.reembedding e
WHERE e.space OPERATOR(pg_catalog.=) $1
FOR UPDATE
