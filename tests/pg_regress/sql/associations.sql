SET engram.space = 'associations';
SELECT engram_remember('memory ' || n, id => known_id(n)) FROM generate_series(1, 3) AS n;
SELECT engram_associate(known_id(1), known_id(2)), engram_associate(known_id(1), known_id(2));
SELECT engram_associate(known_id(1), known_id(2), weight => 0.75);
SELECT engram_associate(known_id(1), known_id(2), 'inhibitory', 1);
-- Cycles are fine.
SELECT engram_associate(known_id(2), known_id(3)), engram_associate(known_id(3), known_id(1));
SELECT source, target, kind, weight, created_at IS NOT NULL AS created, changed IS NOT NULL AS changed
FROM engram.association WHERE space = 'associations' ORDER BY source, target, kind;
SELECT engram_dissociate(known_id(1), known_id(2), 'causal');
SELECT engram_dissociate(known_id(1), known_id(2));
SELECT count(*) FROM engram.association WHERE space = 'associations';
SELECT id, what FROM engram.change WHERE space = 'associations' GROUP BY id, what ORDER BY id;
-- Plain SQL meets the same checks.
SELECT attempt($$INSERT INTO engram.association (space, source, target) VALUES ('associations', known_id(1), known_id(1))$$);
SELECT attempt($$INSERT INTO engram.association (space, source, target, weight) VALUES ('associations', known_id(1), known_id(2), 7)$$);
SELECT attempt($$INSERT INTO engram.association (space, source, target, kind) VALUES ('associations', known_id(1), known_id(2), 'x')$$);
SELECT attempt($$UPDATE engram.association SET weight = 0 WHERE space = 'associations'$$);
