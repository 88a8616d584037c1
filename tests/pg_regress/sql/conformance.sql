-- The model beside published human data. Figures of the model are left to the engine's own tests; here: what is shown, and that it holds.
SELECT experiment, count(*) AS rows, count(published) AS published, bool_and(holds) AS holds,
       bool_or(fitted) AS some_fitted, bool_or(NOT fitted) AS some_predicted, count(*) FILTER (WHERE NOT verified) AS not_verified
FROM engram_conformance() GROUP BY experiment ORDER BY experiment;
SELECT experiment, condition FROM engram_conformance() WHERE holds IS NOT NULL ORDER BY experiment, condition;
-- What could not be checked in a source decides nothing.
SELECT * FROM engram_conformance() WHERE holds IS NOT NULL AND NOT verified;
SELECT * FROM engram_conformance() WHERE NOT holds;
-- The error is the difference, and every figure has a source.
SELECT count(*) AS wrong FROM engram_conformance()
WHERE error IS DISTINCT FROM model - published OR source = '' OR condition = '' OR model = 'NaN'::float8;
-- The same figures every time.
SELECT count(*) AS differing FROM (SELECT * FROM engram_conformance() EXCEPT SELECT * FROM engram_conformance()) AS d;
-- It reads nothing, so that it may run in parallel and on a standby.
SELECT provolatile, proparallel FROM pg_proc WHERE proname = 'engram_conformance';
