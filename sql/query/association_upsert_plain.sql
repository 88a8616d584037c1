-- For a catalog of version 0.1.0, where every association is explicit.
INSERT INTO engram.association AS a (space, source, target, kind, weight)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (space, source, target, kind)
DO UPDATE SET weight = excluded.weight WHERE a.weight OPERATOR(pg_catalog.<>) excluded.weight
