-- What every feature leaves behind. The last digits of an id are its number.
SELECT engram_create_space('log book', 3, 'english', 'captain', '{passenger}', '{mate}', 'outside');
SELECT engram_create_space('crew', language => 'german', owner => 'captain');
SELECT engram_create_space('letters');
SELECT engram_create_space('words', language => 'none', encoder => 'none');
UPDATE engram.space SET quota_memories = 1000, quota_bytes = 100000000, decay_profile = 'slow',
    consolidation_interval = '2 hours' WHERE space = 'crew';
-- The space that every installation brings, with rights of its own.
SELECT engram_configure_space('default', readers => '{passenger}');

SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', 'log book', 'call 12', '{harbour,about:Ana Marlow}', 'fact',
    0.9, '2020-02-03 04:05:06.789Z', 'mate', '{"tide": 3}', '018f0000-0000-7000-8000-000000000001', 'store');
SELECT engram_remember('the ferry was painted green', '[0,1,0.3333333]', space => 'log book', id => '018f0000-0000-7000-8000-000000000002');
SELECT engram_remember('bread is dear', '[0,0,1e-7]', space => 'log book', id => '018f0000-0000-7000-8000-000000000003');
SELECT engram_remember('bread is dear', '[0,0,1e-7]', space => 'log book', on_duplicate => 'reinforce');
SELECT engram_associate('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002', 'causal', 0.8, 'log book');
SELECT engram_associate('018f0000-0000-7000-8000-000000000002', '018f0000-0000-7000-8000-000000000003', 'inhibitory', 0.3, 'log book');
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('log book', 'Brave Skipper', 'Ana Marlow'), ('default', 'NYC', 'New York City');

-- Texts of all kinds: escapes of COPY, line ends, other scripts.
INSERT INTO engram.memory (space, id, content, context, occurred_at)
SELECT 'default', ('018f0000-0000-7000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid, content, 'call 12',
       '2021-01-01 00:00Z'::timestamptz + n * interval '1 minute'
FROM unnest(ARRAY['A gale warning was read at noon', 'The ferry of New York City was painted by Tobias Hern', E'a\ttab, a \\backslash\\ and\ntwo lines, \\N too',
    'Tobias Hern learned his trade in Lisbon', 'Фарбу поставил лоцман', '船は港にあります', 'The painter''s brush is "lost"', 'a draft',
    'the pilot answered by lamp']) WITH ORDINALITY AS t (content, n);
SELECT engram_update('018f0000-0000-7000-8000-000000000101', 'A storm warning was read at noon', confidence => 0.55);
SELECT engram_update('018f0000-0000-7000-8000-000000000101', 'A storm warning was read at one');
SELECT engram_supersede('018f0000-0000-7000-8000-000000000108', '018f0000-0000-7000-8000-000000000107');
SELECT engram_confirm('018f0000-0000-7000-8000-000000000107', source => 'the harbour master');
SELECT engram_forget('018f0000-0000-7000-8000-000000000107');

INSERT INTO engram.memory (space, id, content)
SELECT 'letters', ('018f0000-0000-7000-8000-000000000' || (200 + n))::uuid, 'letter ' || n || ' tells of the ' ||
       (ARRAY['storm', 'gale', 'calm', 'pilot', 'harbour'])[1 + n % 5] || ' before the ' || (ARRAY['lamp', 'ferry', 'slip'])[1 + n % 3]
FROM generate_series(1, 30) n;
INSERT INTO engram.memory (space, id, content, cues, metadata) VALUES
    ('words', '018f0000-0000-7000-8000-000000000301', 'lamp and slip', '{By Hand}', '{"a": [1, 2.50, null], "b": "\u00fc"}'),
    ('crew', '018f0000-0000-7000-8000-000000000302', 'Die Fähren malte der Lotse', '{}', '{}');
-- Tables that only a superuser writes, and those whose features are to come.
INSERT INTO engram.audit (space, entry, actor, action, detail) VALUES ('default', gen_random_uuid(), 'captain', 'test', '{"n": 1}');
INSERT INTO engram.watch (space, watch, owner_role, cue) VALUES ('default', gen_random_uuid(), 'captain', 'a storm');
INSERT INTO engram.feedback (space, id, entry, useful) VALUES ('default', '018f0000-0000-7000-8000-000000000102', gen_random_uuid(), true);
INSERT INTO engram.citation (space, belief, evidence) VALUES
    ('default', '018f0000-0000-7000-8000-000000000102', '018f0000-0000-7000-8000-000000000104');
INSERT INTO engram.consolidation_run (space, run, state) VALUES ('default', '018f0000-0000-7000-8000-000000000401', 'completed');
INSERT INTO engram.consolidation_snapshot (space, run, belief, content, evidence_for, evidence_against, citations) VALUES
    ('default', '018f0000-0000-7000-8000-000000000401', '018f0000-0000-7000-8000-000000000102', 'painted by Hern', 1, 0.5, 1);
-- The time in their ids is far ahead: the worker removes what is old.
INSERT INTO engram.belief_event (space, event, belief) VALUES ('default', '7f8f0000-0000-7000-8000-000000000402', '018f0000-0000-7000-8000-000000000102');
DO $$ BEGIN
    IF to_regclass('engram.retention') IS NOT NULL THEN
        EXECUTE $rule$INSERT INTO engram.retention (space, kind, max_age, applied_at) VALUES ('letters', 'note', '100 years', now())$rule$;
    END IF;
    IF to_regclass('engram.decay') IS NOT NULL THEN
        EXECUTE $rule$INSERT INTO engram.decay (space, kind, profile) VALUES ('letters', 'note', 'exponential')$rule$;
    END IF;
    IF to_regclass('engram.lineage') IS NOT NULL THEN
        EXECUTE $rows$
            UPDATE engram.belief_event SET kind = 'formed', confidence_after = 0.7, version = 1;
            UPDATE engram.consolidation_run SET version = 1, finished_at = '2026-01-01 00:00+00';
            INSERT INTO engram.belief (space, id, label, founded_by, regularity, written) VALUES ('default',
                '018f0000-0000-7000-8000-000000000102', 'boat', '018f0000-0000-7000-8000-000000000401', '{"strength": 0.1}', '\x00ff');
            INSERT INTO engram.lineage (space, child, parent, run, kind) VALUES ('default',
                '018f0000-0000-7000-8000-000000000102', gen_random_uuid(), '018f0000-0000-7000-8000-000000000401', 'split');
            INSERT INTO engram.consolidation_run (space, run, state) VALUES ('default', '7f8f0000-0000-7000-8000-000000000403', 'completed');
            INSERT INTO engram.consolidation_touch (space, run, entry, what, id, before, after_hash) VALUES ('default',
                '7f8f0000-0000-7000-8000-000000000403', 1, 'memory', '018f0000-0000-7000-8000-000000000102',
                '{"content": "\u00fc", "evidence_for": 1.40}', '\x00ff');
            INSERT INTO engram.consolidation (space, version, last_run) VALUES ('default', 1, '018f0000-0000-7000-8000-000000000401')
        $rows$;
    END IF;
    -- The copy in the cold tier has the content, whichever way it came there.
    IF to_regproc('engram_set_tier') IS NULL THEN
        INSERT INTO engram.cold (space, id, content, embedding)
        SELECT space, id, content, embedding FROM engram.memory WHERE id = '018f0000-0000-7000-8000-000000000230';
    ELSE
        EXECUTE $cold$SELECT engram_set_tier('018f0000-0000-7000-8000-000000000230', 'cold', space => 'letters')$cold$;
    END IF;
END $$;
