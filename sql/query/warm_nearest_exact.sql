SELECT w.id
FROM engram.warm w
WHERE w.space OPERATOR(pg_catalog.=) $1 AND {vector}.vector_dims(w.embedding) OPERATOR(pg_catalog.=) {dims}
ORDER BY w.embedding OPERATOR({vector}.<=>) ({vector}.l2_normalize($2)::{vector}.halfvec({dims})), w.id
LIMIT $3
