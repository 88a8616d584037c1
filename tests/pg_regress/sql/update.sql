SET engram.space = 'update';
SELECT engram_remember('Ana lives in London', embedding => '[1,0,0]', id => known_id(1), cues => '{home}');
SELECT engram_update(known_id(1), 'Ana lives in Paris');
SELECT content, cues, embedding FROM engram.memory WHERE space = 'update' AND id = known_id(1);
SELECT engram_update(known_id(1), embedding => '[0,1,0]', confidence => 1, metadata => '{"a": 1}', kind => 'note',
                     context => 'c', source => 's', occurred_at => '2026-01-01 00:00+00');
SELECT content, embedding, evidence_for, evidence_against, metadata, kind, context, source FROM engram.memory
WHERE space = 'update' AND id = known_id(1);
SELECT engram_update(known_id(1), cues => '{Work}');
SELECT cues FROM engram.memory WHERE space = 'update' AND id = known_id(1);
SELECT version, content, embedding, kind, mode, replaced_by = current_user AS mine FROM engram.memory_history
WHERE space = 'update' AND id = known_id(1) ORDER BY version;
-- Replacing
SELECT engram_remember('Ana lives in Rome', id => known_id(2));
SELECT engram_remember('Ana lives in Oslo', id => known_id(3));
SELECT engram_supersede(known_id(1), known_id(2));
SELECT engram_supersede(known_id(2), known_id(3));
SELECT attempt($$SELECT engram_supersede(known_id(3), known_id(1))$$);
SELECT id, superseded_by, valid_to IS NOT NULL AS ended FROM engram.memory WHERE space = 'update' ORDER BY id;
