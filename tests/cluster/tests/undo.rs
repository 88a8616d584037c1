//! What consolidation keeps: a run is undone as if it had not been, after a dump and restore, too; what is old is removed.

use engram_cluster_tests::{Cluster, Options, Rng, assert_consistent, wait_until};
use postgres::Client;
use postgres::error::SqlState;
use std::time::Duration;
use uuid::Uuid;

/// Runs happen when the test asks for them.
fn options() -> Options {
    Options::default().with("engram.consolidation = off")
}

/// Everything that runs write, without the transactions that wrote it, as text in every session the same.
const WRITTEN: &str = "SELECT coalesce(string_agg(x, E'\n' ORDER BY x), '') FROM (
    SELECT (to_jsonb(m) - 'changed')::text AS x FROM engram.memory m WHERE m.space = 'story' AND m.kind = 'belief'
    UNION ALL SELECT to_jsonb(b)::text FROM engram.belief b WHERE b.space = 'story'
    UNION ALL SELECT to_jsonb(c)::text FROM engram.citation c WHERE c.space = 'story'
    UNION ALL SELECT to_jsonb(l)::text FROM engram.lineage l WHERE l.space = 'story') s";

fn written(client: &mut Client) -> String {
    client.batch_execute("SET timezone = 'UTC'; SET extra_float_digits = 1").unwrap();
    client.query_one(WRITTEN, &[]).unwrap().get(0)
}

/// What the pollers compare, and what readers get.
fn published(client: &mut Client) -> (String, Vec<(Uuid, String, f32, i32)>) {
    let version = client.query_one("SELECT engram_beliefs_version('story')", &[]).unwrap().get(0);
    let rows = client
        .query(
            "SELECT belief, content, confidence, citations FROM engram_beliefs('story') WHERE NOT on_demand ORDER BY 1",
            &[],
        )
        .unwrap();
    (version, rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect())
}

/// Sentences on a few topics; those of one topic are similar.
const TOPICS: [(&str, &[&str]); 4] = [
    (
        "The boat of Ana",
        &[
            "lies in the harbour of Saltmere",
            "is moored at Saltmere harbour",
            "was seen in Saltmere harbour",
            "stays in the harbour at Saltmere",
        ],
    ),
    (
        "The database server",
        &["ran out of disk space", "has no disk space left", "is out of disk space again", "needs more disk space"],
    ),
    (
        "Breakfast at the hotel",
        &[
            "was fresh bread with coffee",
            "is coffee and fresh bread",
            "had bread and fresh coffee",
            "means fresh coffee with bread",
        ],
    ),
    (
        "The chess club",
        &[
            "meets on Tuesday evening",
            "has its evening on Tuesday",
            "comes together on Tuesday evening",
            "plays on Tuesday evenings",
        ],
    ),
];

fn tell(client: &mut Client, rng: &mut Rng, told: &mut u32) {
    for _ in 0..=rng.below(4) {
        let (subject, predicates) = rng.pick(&TOPICS);
        *told += 1;
        let text = format!("{subject} {}, note {told}", rng.pick(predicates));
        let sql = "SELECT engram_remember($1, space => 'story', source => $2, on_duplicate => 'store')";
        client.execute(sql, &[&text, &format!("source {}", *told % 5)]).unwrap();
    }
}

/// Consolidates; the run, where it has changed anything.
fn consolidate(client: &mut Client) -> Option<Uuid> {
    client.query("SELECT * FROM engram_consolidate('story')", &[]).unwrap();
    let sql = "SELECT c.last_run FROM engram.consolidation c WHERE c.space = 'story'
        AND EXISTS (SELECT FROM engram.consolidation_touch t WHERE t.space = c.space AND t.run = c.last_run)";
    client.query_opt(sql, &[]).unwrap().map(|row| row.get(0))
}

fn undo(client: &mut Client, run: Uuid) -> Result<i64, postgres::Error> {
    client.query_one("SELECT beliefs FROM engram_undo($1, 'story')", &[&run]).map(|row| row.get(0))
}

/// Any sequence of remembering, consolidating, using and undoing: undoing the latest run leaves what was before it.
#[test]
fn undoing_a_run_leaves_what_was_before_it() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    for seed in 0..6 {
        let mut rng = Rng::new(seed);
        client.batch_execute("SELECT engram_create_space('story')").unwrap();
        let (mut told, mut undone) = (0, 0);
        let mut runs: Vec<(Uuid, String)> = Vec::new();
        for _ in 0..24 {
            match rng.below(6) {
                0..=2 => tell(&mut client, &mut rng, &mut told),
                3..=4 => {
                    let before = written(&mut client);
                    if let Some(run) = consolidate(&mut client) {
                        assert_ne!(written(&mut client), before, "seed {seed}");
                        runs.push((run, before));
                    } else {
                        assert_eq!(written(&mut client), before, "seed {seed}");
                    }
                }
                _ => {
                    // Being recalled is no edit.
                    client.query("SELECT engram_recall('boat in the harbour', space => 'story')", &[]).unwrap();
                    let Some((run, before)) = runs.pop() else { continue };
                    let (version, _) = published(&mut client);
                    assert!(undo(&mut client, run).unwrap() > 0, "seed {seed}");
                    assert_eq!(written(&mut client), before, "seed {seed}, run {run}");
                    assert_ne!(published(&mut client).0, version, "seed {seed}");
                    undone += 1;
                }
            }
        }
        // All the way back: nothing is believed.
        while let Some((run, before)) = runs.pop() {
            undo(&mut client, run).unwrap();
            assert_eq!(written(&mut client), before, "seed {seed}, run {run}");
            undone += 1;
        }
        assert_eq!(written(&mut client), "", "seed {seed}");
        assert_eq!(published(&mut client).1, [], "seed {seed}");
        assert!(undone > 0, "seed {seed} has undone nothing");
        assert_consistent(&mut client);
        client.batch_execute("SELECT engram_drop_space('story')").unwrap();
    }
}

#[test]
fn a_run_that_others_build_on_is_not_undone_before_them() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    let (mut rng, mut told) = (Rng::new(3), 0);
    client.batch_execute("SELECT engram_create_space('story')").unwrap();
    for _ in 0..8 {
        tell(&mut client, &mut rng, &mut told);
    }
    let first = consolidate(&mut client).expect("there is something to believe");
    let after_first = written(&mut client);
    for _ in 0..8 {
        tell(&mut client, &mut rng, &mut told);
    }
    let second = consolidate(&mut client).expect("there is more of it");
    let refused = undo(&mut client, first).unwrap_err();
    let refused = refused.as_db_error().unwrap();
    assert_eq!(*refused.code(), SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE);
    assert!(refused.detail().unwrap().contains(&second.to_string()), "{refused:?}");
    assert!(refused.hint().unwrap().contains("engram_worker_pause"), "{refused:?}");

    undo(&mut client, second).unwrap();
    assert_eq!(written(&mut client), after_first);
    let again = undo(&mut client, second).unwrap_err();
    assert!(again.as_db_error().unwrap().message().contains("undone already"));

    // An edit in the way is named, and taking it back clears the way.
    let (_, beliefs) = published(&mut client);
    let (belief, content, ..) = beliefs[0].clone();
    client
        .execute("SELECT * FROM engram_update($1, content => 'what somebody made of it', space => 'story')", &[&belief])
        .unwrap();
    let refused = undo(&mut client, first).unwrap_err();
    assert!(refused.as_db_error().unwrap().detail().unwrap().contains(&belief.to_string()), "{refused:?}");
    assert!(!content.is_empty());
}

/// The rows as they were are plain rows: they go with a dump and an export, and the digests are those of the other server, too.
#[test]
fn a_run_is_undone_in_a_restored_copy() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    let (mut rng, mut told) = (Rng::new(11), 0);
    client.batch_execute("SELECT engram_create_space('story')").unwrap();
    for _ in 0..8 {
        tell(&mut client, &mut rng, &mut told);
    }
    consolidate(&mut client).expect("there is something to believe");
    let before = written(&mut client);
    let before_published = published(&mut client).1;
    for _ in 0..8 {
        tell(&mut client, &mut rng, &mut told);
    }
    let run = consolidate(&mut client).expect("there is more of it");
    let after = written(&mut client);

    let target = Cluster::start(&options().with("timezone = 'Asia/Tokyo'").with("extra_float_digits = 0"));
    target.restore("postgres", &cluster.dump("postgres"));
    let mut copy = target.client();
    assert_eq!(written(&mut copy), after);
    assert_eq!(published(&mut copy), published(&mut client));
    copy.batch_execute("RESET timezone; RESET extra_float_digits").unwrap();
    assert!(undo(&mut copy, run).unwrap() > 0);
    assert_eq!(written(&mut copy), before);
    assert_eq!(published(&mut copy).1, before_published);
    assert_consistent(&mut copy);

    // The same by JSON Lines, where the times of rows, and so the rest, are the same.
    let lines = "SELECT engram_import(array_agg(line ORDER BY n)) FROM
        (SELECT row_number() OVER () AS n, line FROM unnest($1::text[]) line) l";
    let exported: Vec<String> =
        client.query("SELECT engram_export('story')", &[]).unwrap().iter().map(|row| row.get(0)).collect();
    let third = Cluster::with_extension(&options());
    let mut imported = third.client();
    imported.execute(lines, &[&exported]).unwrap();
    assert_eq!(written(&mut imported), after);
    let again: Vec<String> =
        imported.query("SELECT engram_export('story')", &[]).unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(again, exported);
    assert!(undo(&mut imported, run).unwrap() > 0);
    assert_eq!(written(&mut imported), before);
}

/// What is old is removed in batches; what is published stays, whatever its age.
#[test]
fn events_and_runs_are_rotated() {
    let cluster = Cluster::with_extension(
        &options().with("engram.belief_event_retention = '30d'").with("engram.belief_events_kept = 50"),
    );
    let mut client = cluster.client();
    // Ids of two years ago, and of now: 48 bits of time in milliseconds.
    let id = "(lpad(to_hex((extract(epoch FROM now() - $AGE) * 1000)::bigint + i), 12, '0') || '7000800000000000' || lpad(to_hex(i), 4, '0'))::uuid";
    let old = id.replace("$AGE", "interval '2 years'");
    let new = id.replace("$AGE", "interval '1 hour'");
    client
        .batch_execute(&format!(
            "SELECT engram_create_space('story');
            SELECT engram_remember('what is believed', space => 'story', kind => 'belief', id => '00000000-0000-8000-8000-000000000001');
            INSERT INTO engram.belief_event (space, event, belief, kind) SELECT 'story', {old}, '00000000-0000-8000-8000-000000000001', 'formed'
                FROM generate_series(1, 40) i;
            INSERT INTO engram.belief_event (space, event, belief, kind) SELECT 'story', {new}, '00000000-0000-8000-8000-000000000001', 'strengthened'
                FROM generate_series(1, 80) i;
            INSERT INTO engram.consolidation_run (space, run, state, version, finished_at)
                SELECT 'story', {old}, 'completed', i, now() - interval '2 years' FROM generate_series(1, 3) i;
            INSERT INTO engram.consolidation_run (space, run, state, version, finished_at)
                SELECT 'story', {new}, 'completed', i, now() FROM generate_series(4, 5) i;
            INSERT INTO engram.consolidation (space, version, last_run) SELECT space, 5, run FROM engram.consolidation_run WHERE version = 5;
            INSERT INTO engram.consolidation_touch (space, run, entry, what, id)
                SELECT space, run, 1, 'memory', '00000000-0000-8000-8000-000000000001' FROM engram.consolidation_run;
            INSERT INTO engram.consolidation_snapshot (space, run, belief, content, evidence_for, evidence_against, citations, version, until)
                SELECT r.space, r.run, ('00000000-0000-8000-8000-00000000000' || r.version)::uuid, 'as of ' || r.version, 1, 1, 1, r.version,
                    nullif(r.version + 1, 3) FROM engram.consolidation_run r WHERE r.version < 4;"
        ))
        .unwrap();
    cluster.restart();
    let mut client = cluster.client();
    let mut count = |sql: &str| -> i64 { client.query_one(sql, &[]).unwrap().get(0) };
    wait_until("old events are gone", Duration::from_secs(60), || {
        count("SELECT count(*) FROM engram.belief_event WHERE kind = 'formed'") == 0
            && count("SELECT count(*) FROM engram.belief_event") == 50
            && count("SELECT count(*) FROM engram.consolidation_run") == 3
    });
    // The newest are those that are kept. Of version 2 a belief is still published, so that its run is named.
    assert_eq!(
        count(
            "SELECT count(*) FROM engram.belief_event WHERE event > (SELECT event FROM engram.belief_event ORDER BY event DESC OFFSET 49 LIMIT 1)"
        ),
        49
    );
    assert_eq!(count("SELECT count(*) FROM engram.consolidation_run WHERE version IN (2, 4, 5)"), 3);
    assert_eq!(count("SELECT count(*) FROM engram.consolidation_snapshot"), 1);
    assert_eq!(
        count(
            "SELECT count(*) FROM engram.consolidation_touch t JOIN engram.consolidation_run r USING (space, run) WHERE r.version >= 4"
        ),
        2
    );
    assert_eq!(count("SELECT count(*) FROM engram.consolidation_touch"), 2);
    assert_eq!(count("SELECT kept_from FROM engram.consolidation"), 4);
    let gone = client.query("SELECT * FROM engram_beliefs('story', version => '2')", &[]).unwrap_err();
    assert_eq!(gone.code(), Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE));
    let past =
        client.query("SELECT * FROM engram_beliefs('story', as_of => now() - interval '3 years')", &[]).unwrap_err();
    assert_eq!(past.code(), Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE));
}
