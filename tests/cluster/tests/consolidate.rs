//! Consolidation: the same beliefs wherever and however often it is run, nothing half done, and nobody sees what they may not.

use engram_cluster_tests::{Cluster, Options, wait_until};
use postgres::Client;
use postgres::error::SqlState;
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "harbour";

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

fn count(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

/// Nothing runs by itself.
fn options() -> Options {
    Options::default().with("engram.consolidation = off").with("engram.known_cues = off")
}

/// Episodes of `topics` topics, some from either of two labels, in an order that chance makes.
fn fill(client: &mut Client, space: &str, topics: i32, each: i32) {
    run(client, &format!("SELECT engram_create_space('{space}', dimensions => 16)"));
    let sql = format!(
        "INSERT INTO engram.memory (space, id, content, embedding, occurred_at, source, label)
         SELECT '{space}', ('00000000-0000-7000-8000-' || lpad((t * 1000 + n)::text, 12, '0'))::uuid,
                'keeper ' || t || ' lights lamp ' || t || ' again, entry ' || n,
                (SELECT array_agg(CASE WHEN d = t % 16 THEN 1.0
                                       ELSE ((hashint4(t * 7919 + n * 104729 + d) & 255) - 128) / 2000.0 END ORDER BY d)
                 FROM generate_series(0, 15) d)::real[]::vector,
                '2026-01-01 00:00+00'::timestamptz + (t * 37 + n * 24) * interval '1 hour', 'log ' || n,
                CASE WHEN n % 3 = 0 THEN 'secret' END
         FROM generate_series(1, {topics}) t, generate_series(1, {each}) n
         ORDER BY hashint4(t * 31 + n)"
    );
    run(client, &sql);
}

/// Everything that a run makes, with its signature.
fn outcome(client: &mut Client, space: &str) -> (String, String) {
    let sql = "SELECT encode(signature, 'hex') FROM engram.consolidation_run
               WHERE space = $1 AND state = 'completed' ORDER BY run DESC LIMIT 1";
    let signature = client.query_one(sql, &[&space]).unwrap().get(0);
    let sql = "SELECT md5(string_agg(x, ';' ORDER BY x)) FROM (
                   SELECT concat_ws('|', id, content, embedding, cues, label, evidence_for, evidence_against, occurred_at, metadata,
                                    suppressed_at IS NULL) AS x
                   FROM engram.memory WHERE space = $1 AND kind = 'belief'
                   UNION ALL SELECT concat_ws('|', belief, evidence, supports, weight, occurred_at)
                   FROM engram.citation WHERE space = $1
                   UNION ALL SELECT concat_ws('|', id, state, label, regularity, cohesion, first_at, last_at, count, contradicts)
                   FROM engram.belief WHERE space = $1
                   UNION ALL SELECT concat_ws('|', belief, version, until, content, label, citations)
                   FROM engram.consolidation_snapshot WHERE space = $1) AS all_rows";
    (signature, client.query_one(sql, &[&space]).unwrap().get(0))
}

fn plan(client: &mut Client, space: &str) -> Vec<String> {
    let sql = "SELECT concat_ws('|', action, belief, content, evidence_for, evidence_against, citations, detail)
               FROM engram_consolidate($1, dry_run => true)";
    client.query(sql, &[&space]).unwrap().iter().map(|row| row.get(0)).collect()
}

fn consolidate(client: &mut Client, space: &str) {
    client.execute("SELECT FROM engram_consolidate($1)", &[&space]).unwrap();
}

#[test]
fn a_copy_a_standby_and_the_primary_come_to_the_same() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    fill(&mut client, SPACE, 12, 9);
    let dump = cluster.dump("postgres");
    for (name, threads) in [("copy", 1), ("copy8", 8)] {
        run(&mut client, &format!("CREATE DATABASE {name}"));
        run(&mut client, &format!("ALTER DATABASE {name} SET engram.consolidation_threads = {threads}"));
        cluster.restore(name, &dump);
    }
    let standby = cluster.standby(&options());
    cluster.wait_replayed(&standby);
    let planned = plan(&mut client, SPACE);
    assert!(planned.len() >= 20, "{} lines", planned.len());
    assert_eq!(plan(&mut standby.client(), SPACE), planned);
    let refused = standby.client().execute("SELECT FROM engram_consolidate($1)", &[&SPACE]).unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::FEATURE_NOT_SUPPORTED), "{refused:?}");
    consolidate(&mut client, SPACE);
    let expected = outcome(&mut client, SPACE);
    for name in ["copy", "copy8"] {
        let mut copy = cluster.client_of(name, "postgres");
        assert_eq!(plan(&mut copy, SPACE), planned, "{name}");
        consolidate(&mut copy, SPACE);
        assert_eq!(outcome(&mut copy, SPACE), expected, "{name}");
    }
    // A copy that has the beliefs keeps them as they are.
    run(&mut client, "CREATE DATABASE later");
    cluster.restore("later", &cluster.dump("postgres"));
    let mut later = cluster.client_of("later", "postgres");
    assert!(plan(&mut later, SPACE).is_empty());
    consolidate(&mut later, SPACE);
    assert_eq!(outcome(&mut later, SPACE), expected);
    cluster.wait_replayed(&standby);
    assert!(plan(&mut standby.client(), SPACE).is_empty());
}

#[test]
fn steps_come_to_what_one_run_over_all_comes_to() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    fill(&mut client, SPACE, 6, 12);
    // In five parts, with a run after each; what is not there yet is suppressed.
    run(&mut client, "UPDATE engram.memory SET suppressed_at = now()");
    for part in 0..5 {
        let of_part = format!("kind = 'episode' AND hashtext(id::text) % 5 IN ({part}, -{part})");
        let sql = format!("UPDATE engram.memory SET suppressed_at = NULL WHERE {of_part}");
        run(&mut client, &sql);
        consolidate(&mut client, SPACE);
    }
    let cited = "SELECT md5(string_agg(c, ';' ORDER BY c)) FROM (
                     SELECT string_agg(evidence || ' ' || weight, ',' ORDER BY evidence) AS c FROM engram.citation c
                     JOIN engram.belief b ON b.space = c.space AND b.id = c.belief WHERE b.state = 'active' GROUP BY belief) AS all_beliefs";
    let steps: String = client.query_one(cited, &[]).unwrap().get(0);
    run(&mut client, "DELETE FROM engram.memory WHERE kind = 'belief'");
    consolidate(&mut client, SPACE);
    let at_once: String = client.query_one(cited, &[]).unwrap().get(0);
    assert_eq!(steps, at_once);
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_run_that_is_killed_leaves_nothing_and_the_next_one_all() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    fill(&mut client, SPACE, 8, 6);
    run(&mut client, "CREATE DATABASE undisturbed");
    cluster.restore("undisturbed", &cluster.dump("postgres"));
    let mut copy = cluster.client_of("undisturbed", "postgres");
    consolidate(&mut copy, SPACE);
    let expected = outcome(&mut copy, SPACE);
    drop((client, copy));
    for point in ["consolidate_read", "consolidate_clustered", "consolidate_written", "consolidate_published"] {
        cluster.dies_at(point, 0, &format!("SELECT FROM engram_consolidate('{SPACE}')"));
        let mut client = cluster.client();
        for table in
            ["consolidation_run", "belief", "citation", "consolidation_snapshot", "consolidation_touch", "belief_event"]
        {
            assert_eq!(count(&mut client, &format!("SELECT count(*) FROM engram.{table}")), 0, "{table} after {point}");
        }
    }
    let mut client = cluster.client();
    consolidate(&mut client, SPACE);
    assert_eq!(outcome(&mut client, SPACE), expected);
}

#[test]
fn what_a_label_hides_is_hidden_with_all_that_is_known_of_it() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    run(&mut client, "CREATE ROLE reader LOGIN IN ROLE engram_reader");
    fill(&mut client, SPACE, 3, 12);
    fill(&mut client, "other", 3, 12);
    run(
        &mut client,
        &format!(
            "SELECT engram_configure_space('{SPACE}', readers => '{{reader}}');
             CREATE POLICY secrets ON engram.memory AS RESTRICTIVE FOR SELECT TO reader USING (label IS DISTINCT FROM 'secret')"
        ),
    );
    consolidate(&mut client, SPACE);
    consolidate(&mut client, "other");
    // Near in meaning as they are, labels and spaces stay apart.
    let mixed = "SELECT count(*) FROM engram.citation c
                 JOIN engram.memory b ON b.space = c.space AND b.id = c.belief
                 JOIN engram.memory e ON e.space = c.space AND e.id = c.evidence WHERE b.label IS DISTINCT FROM e.label";
    assert_eq!(count(&mut client, mixed), 0);
    assert_eq!(count(&mut client, "SELECT count(*) FROM engram.memory WHERE kind = 'belief'"), 12);
    assert_eq!(count(&mut client, "SELECT count(*) FROM engram.memory WHERE kind = 'belief' AND label = 'secret'"), 6);
    let ids = |client: &mut Client, sql: &str| -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
        ids.sort();
        ids
    };
    let open = format!("SELECT id FROM engram.memory WHERE space = '{SPACE}' AND kind = 'belief' AND label IS NULL");
    let open = ids(&mut client, &open);
    let mut reader = cluster.client_of("postgres", "reader");
    for (table, column) in [
        ("memory WHERE kind = 'belief'", "id"),
        ("belief", "id"),
        ("citation", "belief"),
        ("consolidation_snapshot", "belief"),
        ("belief_event", "belief"),
        ("consolidation_touch", "id"),
    ] {
        assert_eq!(ids(&mut reader, &format!("SELECT DISTINCT {column} FROM engram.{table}")), open, "{table}");
    }
    let recalled = format!("SELECT id FROM engram_recall('lamp', space => '{SPACE}', kinds => '{{belief}}', k => 100)");
    assert!(ids(&mut reader, &recalled).iter().all(|id| open.contains(id)));
    let refused = reader.execute("SELECT FROM engram_consolidate($1)", &[&SPACE]).unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{refused:?}");
}

#[test]
fn two_runs_exclude_each_other_and_nobody_else_waits() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    fill(&mut client, SPACE, 3, 6);
    let (mut one, mut two) = (cluster.client(), cluster.client());
    run(&mut one, "BEGIN");
    consolidate(&mut one, SPACE);
    run(&mut two, "SET lock_timeout = '5s'; SET statement_timeout = '20s'");
    let refused = two.execute("SELECT FROM engram_consolidate($1)", &[&SPACE]).unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::LOCK_NOT_AVAILABLE), "{refused:?}");
    // Others remember, recall, change what it cites, and look at its plan.
    run(
        &mut two,
        &format!(
            "SELECT engram_remember('keeper 1 sleeps', embedding => (SELECT embedding FROM engram.memory LIMIT 1), space => '{SPACE}')"
        ),
    );
    run(&mut two, "UPDATE engram.memory SET source = 'another' WHERE kind = 'episode' AND content LIKE '%entry 1'");
    run(&mut two, &format!("SELECT * FROM engram_recall('lamp', space => '{SPACE}')"));
    assert!(!plan(&mut two, SPACE).is_empty());
    run(&mut one, "COMMIT");
    consolidate(&mut two, SPACE);
    assert!(plan(&mut one, SPACE).is_empty());
    // Listeners hear of what was published, by ids and numbers.
    run(&mut two, "LISTEN engram_consolidation");
    run(
        &mut one,
        &format!("DELETE FROM engram.memory WHERE space = '{SPACE}' AND kind = 'episode' AND content LIKE 'keeper 2%'"),
    );
    consolidate(&mut one, SPACE);
    let mut heard = Vec::new();
    wait_until("news", Duration::from_secs(20), || {
        run(&mut two, "SELECT 1");
        let mut notifications = two.notifications();
        while let Some(notification) =
            postgres::fallible_iterator::FallibleIterator::next(&mut notifications.iter()).unwrap()
        {
            heard.push(notification.payload().to_owned());
        }
        !heard.is_empty()
    });
    assert!(
        heard
            .iter()
            .all(|payload| payload.contains(SPACE) && payload.contains("version") && !payload.contains("keeper"))
    );
}

#[test]
fn a_cancel_ends_a_long_run_soon() {
    let cluster = Cluster::with_extension(&options().with("engram.consolidation_threshold = 0.3"));
    let mut client = cluster.client();
    run(&mut client, "SELECT engram_create_space('large', dimensions => 256)");
    let sql = "INSERT INTO engram.memory (space, content, embedding)
               SELECT 'large', 'note ' || n, (SELECT array_agg(0.5 + (hashint4(n * 8191 + d) & 1023) / 1024.0 ORDER BY d)
                                              FROM generate_series(1, 256) d)::real[]::vector
               FROM generate_series(1, 4000) n";
    run(&mut client, sql);
    let canceller = client.cancel_token();
    // How long a run takes depends on the build and the machine: one that ends before its cancel is rolled back, and the next one cancelled sooner.
    let mut cancelled = None;
    for wait in [800, 400, 200, 100, 50, 25] {
        run(&mut client, "BEGIN");
        let begun = Instant::now();
        let outcome = std::thread::scope(|scope| {
            let call = scope.spawn(|| client.execute("SELECT FROM engram_consolidate('large')", &[]));
            std::thread::sleep(Duration::from_millis(wait));
            let _ = canceller.cancel_query(postgres::NoTls);
            call.join().unwrap()
        });
        let took = begun.elapsed();
        // A cancel that comes late may meet the next statement.
        while client.batch_execute("ROLLBACK").is_err() {}
        if let Err(error) = outcome {
            cancelled = Some((error, took));
            break;
        }
    }
    let (error, took) = cancelled.expect("a run takes longer than 25 ms");
    assert_eq!(error.code(), Some(&SqlState::QUERY_CANCELED), "{error:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(count(&mut client, "SELECT count(*) FROM engram.consolidation_run"), 0);
    assert_eq!(count(&mut client, "SELECT count(*) FROM engram.memory WHERE kind = 'belief'"), 0);
}

#[test]
fn a_worker_that_reads_only_what_is_new_comes_to_what_reading_everything_comes_to() {
    // It never runs by itself within the test.
    let cluster = Cluster::with_extension(
        &Options { preload: true, ..Options::default() }
            .with("engram.consolidation = on")
            .with("engram.consolidation_interval = '1d'")
            .with("engram.known_cues = off"),
    );
    let mut client = cluster.client();
    fill(&mut client, SPACE, 8, 10);
    let steps = [
        "SELECT 1",
        "INSERT INTO engram.memory (space, content, embedding)
         SELECT 'harbour', 'keeper 3 lights lamp 3 once more, entry ' || n, (SELECT embedding FROM engram.memory WHERE content LIKE 'keeper 3 %' LIMIT 1)
         FROM generate_series(50, 54) n",
        "DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 1 % entry 5'",
        "SELECT engram_forget_where(in_context => NULL, kinds => '{episode}', until => '2026-01-06')",
        "UPDATE engram.memory SET label = 'secret' WHERE kind = 'episode' AND content LIKE 'keeper 4 % entry 1'",
        "UPDATE engram.memory SET embedding = (SELECT embedding FROM engram.memory WHERE content LIKE 'keeper 6 %' LIMIT 1)
         WHERE kind = 'episode' AND content LIKE 'keeper 5 % entry 2'",
        "DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 7 %'",
        "SELECT engram_set_tier(id, 'cold') FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 8 % entry 1_'",
        "SELECT engram_update(id, content => 'keeper 2 sleeps') FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 2 % entry 7'",
        "SELECT engram_forget_where(kinds => '{episode}', until => '2026-01-06', mode => 'restore')",
    ];
    for step in steps {
        run(&mut client, &format!("SET engram.space = '{SPACE}'; {step}"));
        let asked = "SELECT engram_worker_run_now(space => $1, wait => true)";
        let ended: String = client.query_one(asked, &[&SPACE]).unwrap().get(0);
        assert_eq!(ended, "completed", "{step}");
        let last = "SELECT run::text, cause || ' ' || encode(signature, 'hex') || ' ' || encode(input_hash, 'hex') || ' ' || episodes
                    FROM engram.consolidation_run ORDER BY run DESC LIMIT 1";
        let by_worker: String = client.query_one(last, &[]).unwrap().get(1);
        assert!(by_worker.starts_with("worker "), "{step}: {by_worker}");
        assert_eq!(plan(&mut client, SPACE), Vec::<String>::new(), "{step}");
        consolidate(&mut client, SPACE);
        let by_function: String = client.query_one(last, &[]).unwrap().get(1);
        assert_eq!(by_worker.strip_prefix("worker "), by_function.strip_prefix("function "), "{step}");
    }
}

#[test]
fn what_a_deletion_has_taken_out_of_images_is_not_written_by_the_next() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    fill(&mut client, SPACE, 1, 8);
    consolidate(&mut client, SPACE);
    run(&mut client, "DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 1 % entry 1'");
    consolidate(&mut client, SPACE);
    run(&mut client, "DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 1 % entry 2'");
    let emptied = "SELECT string_agg(run || ' ' || entry || ' ' || ctid, ', ' ORDER BY run, entry)
                   FROM engram.consolidation_touch WHERE before = '{}'";
    let before: Option<String> = client.query_one(emptied, &[]).unwrap().get(0);
    assert!(before.is_some(), "nothing was taken out");
    run(&mut client, "DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 1 % entry 4'");
    assert_eq!(client.query_one(emptied, &[]).unwrap().get::<_, Option<String>>(0), before);
}

/// Says that it is over when it goes.
struct Ends<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn a_run_waits_for_no_one_who_deletes_and_cites_nothing_that_goes() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    fill(&mut client, SPACE, 2, 8);
    let mut deleter = cluster.client();
    run(&mut deleter, "BEGIN; DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper 1 % entry 1'");
    let refused = client.execute("SELECT FROM engram_consolidate($1)", &[&SPACE]).unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE), "{refused:?}");
    run(&mut deleter, "COMMIT");
    consolidate(&mut client, SPACE);
    let dangling =
        "SELECT count(*) FROM engram.citation c LEFT JOIN engram.memory m ON m.space = c.space AND m.id = c.evidence
                    WHERE m.id IS NULL";
    assert_eq!(count(&mut client, dangling), 0);
    // Deleting and consolidating side by side: nobody fails for the other, and no belief quotes what is gone.
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut client = cluster.client();
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                match client.execute("SELECT FROM engram_consolidate($1)", &[&SPACE]) {
                    Ok(_) => {}
                    Err(e) => assert_eq!(e.code(), Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE), "{e:?}"),
                }
            }
        });
        let mut client = cluster.client();
        // Also where something fails here: whoever waits for the other would wait for ever.
        let _over = Ends(&over);
        for entry in 1..=8 {
            for keeper in [2, 1] {
                let sql = format!(
                    "DELETE FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper {keeper} % entry {entry}'"
                );
                run(&mut client, &sql);
                let quoting = format!(
                    "SELECT count(*) FROM engram.memory WHERE content LIKE 'keeper {keeper} % entry {entry} %'"
                );
                assert_eq!(count(&mut client, &quoting), 0);
                // Nor for whoever deletes a belief, or changes one, while runs change them.
                run(&mut client, "DELETE FROM engram.memory WHERE kind = 'belief'");
                run(&mut client, "UPDATE engram.memory SET metadata = metadata WHERE kind = 'belief'");
            }
        }
    });
    consolidate(&mut client, SPACE);
    assert_eq!(count(&mut client, dangling), 0);
    let quoting = "SELECT count(*) FROM engram.memory WHERE kind = 'belief' AND content LIKE '%lamp%'";
    let remaining = "SELECT count(*) FROM engram.memory WHERE kind = 'episode' AND content LIKE 'keeper%'";
    assert_eq!((count(&mut client, remaining), count(&mut client, quoting)), (0, 0));
}
