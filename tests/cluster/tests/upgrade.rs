//! From version 0.1.0: the new library serves the old catalog, the update keeps everything, and what it leaves is what a new
//! installation has.

use engram_cluster_tests::{Cluster, Options, assert_consistent, recall, recall_ids, wait_ready_space, wait_until};
use postgres::Client;
use postgres::error::SqlState;
use std::time::Duration;
use uuid::Uuid;

/// A space with embeddings of its own.
const OLD: &str = "log book";
/// A space that remembering makes.
const PLAIN: &str = "letters";

/// A database `old` with the catalog of version 0.1.0.
fn former(cluster: &Cluster) -> Client {
    cluster.psql("CREATE DATABASE old");
    cluster.psql_in("old", "CREATE EXTENSION vector; CREATE EXTENSION engram VERSION '0.1.0'");
    cluster.client_of("old", "postgres")
}

fn update(cluster: &Cluster) {
    update_to(cluster, "0.3.0");
}

/// A worker that is at work may be in the way: one of the two is then told of a deadlock and tries again, as an operator would.
fn update_to(cluster: &Cluster, version: &str) {
    let mut client = cluster.client_of("old", "postgres");
    let sql = format!("ALTER EXTENSION engram UPDATE TO '{version}'");
    wait_until(&format!("the update to {version} is done"), Duration::from_secs(60), || {
        match client.batch_execute(&sql) {
            Ok(()) => true,
            Err(error) if error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED) => false,
            Err(error) => panic!("{sql}: {error:?}"),
        }
    });
}

fn ids(client: &mut Client, sql: &str) -> Vec<Uuid> {
    let rows = client.query(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

fn id(n: u8) -> Uuid {
    Uuid::from_bytes([0x01, 0x8f, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

/// Uses every function of version 0.1.0 as that version declares it.
fn use_former_functions(client: &mut Client) {
    let run = |client: &mut Client, sql: &str| {
        client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    };
    run(client, &format!("SELECT engram_create_space('{OLD}', 3, 'english', NULL, '{{}}', '{{}}')"));
    run(client, &format!("SELECT engram_configure_space('{OLD}', NULL, 'english', NULL, NULL, NULL)"));
    // All eleven arguments by position; a second time for the same text, which this version stores again.
    for n in 1..=2 {
        let sql = format!(
            "SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', '{OLD}', 'call 12', '{{harbour}}', 'fact',
                 0.9, '2020-02-03 04:05:06Z', 'mate', '{{\"tide\": 3}}', '{}')",
            id(n)
        );
        run(client, &sql);
    }
    for (n, content, embedding) in [(3, "the ferry was painted green", "[0,1,0]"), (4, "bread is dear", "[0,0,1]")] {
        let sql = format!("SELECT engram_remember('{content}', '{embedding}', space => '{OLD}', id => '{}')", id(n));
        run(client, &sql);
    }
    let many = format!(r#"[{{"content": "a gale warning was read at noon", "space": "{PLAIN}", "id": "{}"}}]"#, id(5));
    client.execute("SELECT engram_remember_many($1::text::jsonb)", &[&many]).unwrap();
    run(
        client,
        &format!("SELECT engram_remember('the pilot answered by lamp', space => '{PLAIN}', id => '{}')", id(6)),
    );
    run(client, &format!("SELECT engram_remember('a draft to be thrown away', space => '{PLAIN}', id => '{}')", id(7)));
    run(client, &format!("SELECT engram_update('{}', 'a storm warning was read at noon', space => '{PLAIN}')", id(5)));
    run(client, &format!("SELECT engram_supersede('{}', '{}', '{PLAIN}')", id(7), id(6)));
    run(client, &format!("SELECT engram_forget('{}', 'delete', '{PLAIN}')", id(7)));
    run(client, &format!("SELECT engram_associate('{}', '{}', 'causal', 0.8, '{OLD}')", id(1), id(3)));
    run(client, &format!("SELECT engram_associate('{}', '{}', space => '{OLD}')", id(4), id(3)));
    run(client, &format!("SELECT engram_dissociate('{}', '{}', space => '{OLD}')", id(4), id(3)));
    // Nothing makes anything of aliases yet: they stand as they were written.
    run(
        client,
        &format!("INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('{OLD}', ' Brave  Skipper', 'Ana  Marlow')"),
    );
}

/// What a recall and a spread answer, by every signal.
fn answers(client: &mut Client) -> Vec<String> {
    let mut out = Vec::new();
    for (space, cue) in [(OLD, "Where does Ana Marlow keep her boat?"), (OLD, "harbour"), (PLAIN, "storm at noon")] {
        out.extend(recall(client, space, cue, 10).into_iter().map(|hit| format!("{hit:?}")));
    }
    for sql in [
        format!("SELECT r::text FROM engram_recall(embedding => '[0.1,1,0]', space => '{OLD}', reinforce => false) r"),
        format!("SELECT r::text FROM engram_spread(ARRAY['{}'::uuid], space => '{OLD}') r", id(1)),
    ] {
        let rows = client.query(&sql, &[]).unwrap();
        assert!(!rows.is_empty(), "{sql}");
        out.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    out
}

/// Rows of the tables of 0.1.0, without the transactions that wrote them.
fn stored(client: &mut Client) -> Vec<String> {
    let mut out = Vec::new();
    for sql in [
        "SELECT (to_jsonb(m) - '{embedding,changed,cold,pinned}'::text[])::text || md5(m.embedding::text) FROM engram.memory m ORDER BY space, id",
        "SELECT (to_jsonb(h) - '{embedding,changed}'::text[])::text || md5(h.embedding::text) FROM engram.memory_history h ORDER BY 1",
        "SELECT concat_ws('|', space, source, target, kind, weight, created_at) FROM engram.association ORDER BY 1",
        "SELECT concat_ws('|', space, dimensions, language, settings) FROM engram.space ORDER BY 1",
    ] {
        let rows = client.query(sql, &[]).unwrap();
        assert!(!rows.is_empty(), "{sql}");
        out.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    out
}

/// Both, in the order of the answers.
fn everything(client: &mut Client) -> Vec<String> {
    let rows = stored(client);
    let ranked = answers(client).into_iter().enumerate().map(|(at, answer)| format!("{at} {answer}"));
    rows.into_iter().chain(ranked).collect()
}

const NONE: [String; 0] = [];

/// What only one of two lists has.
fn differences(found: &[String], expected: &[String]) -> Vec<String> {
    let only = |these: &[String], those: &[String], whose: &str| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).map(|line| format!("{whose}: {line}")).collect()
    };
    [only(found, expected, "found"), only(expected, found, "expected")].concat()
}

#[test]
fn what_version_0_1_0_stored_is_there_after_the_update_and_after_a_restore() {
    let cluster = Cluster::start(&Options::default());
    let mut client = former(&cluster);
    use_former_functions(&mut client);
    wait_ready_space(&mut client, OLD);
    assert_consistent(&mut client);
    let before = everything(&mut client);
    // The worker visits the old catalog too, fails at nothing there, and leaves the spaces loaded.
    wait_until("the worker has been here", Duration::from_secs(30), || {
        let sql = "SELECT coalesce(sum(runs), 0)::int8 FROM engram.stat_worker WHERE database = 'old'";
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0) >= 3
    });
    let failed = client.query("SELECT last_error FROM engram.stat_worker WHERE failures > 0", &[]).unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    let log = cluster.log_tail();
    assert!(!log.contains("loaded anew"), "{log}");

    update(&cluster);
    // In the session that was there before, and in a new one.
    for client in [&mut client, &mut cluster.client_of("old", "postgres")] {
        assert_eq!(differences(&everything(client), &before), NONE);
        assert_consistent(client);
    }
    use_new_functions(&mut client);
    let aliases = client.query("SELECT alias, cue FROM engram.cue_alias", &[]).unwrap();
    let aliases: Vec<(String, String)> = aliases.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(aliases, [("brave skipper".to_string(), "ana marlow".to_string())]);
    let log = cluster.log_tail();
    assert!(!log.contains("ERROR") && !log.contains("WARNING"), "{log}");

    let expected = everything(&mut client);
    let dump = cluster.dump("old");
    cluster.psql("CREATE DATABASE restored");
    cluster.restore("restored", &dump);
    let mut restored = cluster.client_of("restored", "postgres");
    assert_eq!(differences(&everything(&mut restored), &expected), NONE);
    assert_consistent(&mut restored);

    drop((client, restored));
    cluster.restart();
    let mut client = cluster.client_of("old", "postgres");
    assert_eq!(differences(&everything(&mut client), &expected), NONE);
    assert_consistent(&mut client);
}

fn use_new_functions(client: &mut Client) {
    let text = |client: &mut Client, sql: &str| -> String {
        let row = client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        row.get(0)
    };
    // The same text is recognised now, if it is not asked for otherwise.
    let again = format!("SELECT engram_remember('BREAD is dear', '[0,0,1]', space => '{OLD}')::text");
    assert_eq!(text(client, &again), id(4).to_string());
    // By the alias that stood there.
    let named = recall_ids(client, OLD, "what of the brave skipper?", 10);
    assert!(named.contains(&id(1)) && named.contains(&id(2)), "{named:?}");
    let counted = |client: &mut Client, from: &str| text(client, &format!("SELECT (count(*) > 0)::text FROM {from}"));
    for from in [
        format!("engram_recall_across(ARRAY['{OLD}', '{PLAIN}'], 'the ferry', reinforce => false)"),
        format!("engram_explain_recall('the ferry', space => '{OLD}', reinforce => false)"),
        format!("engram_explain_recall_text('the ferry', space => '{OLD}', reinforce => false)"),
        format!("engram_feeling_of_knowing('the ferry', space => '{OLD}')"),
        format!("engram.graph_health('{OLD}')"),
    ] {
        assert_eq!(counted(client, &from), "true", "{from}");
    }
    assert_eq!(text(client, "SELECT (vector_dims(engram_embed('a ferry')) > 0)::text"), "true");
    client.query_one("SELECT engram.learn($1)", &[&OLD]).unwrap();
    client.batch_execute("SELECT engram_create_space('new', encoder => 'none')").unwrap();
    client.batch_execute("SELECT engram_configure_space('new', language => 'none', encoder => 'none')").unwrap();
    client.batch_execute("SELECT engram_drop_space('new')").unwrap();
}

#[test]
fn aliases_that_come_to_say_the_same_do_not_stop_the_update() {
    let cluster = Cluster::start(&Options::default());
    let mut client = former(&cluster);
    client
        .batch_execute(
            "SELECT engram_remember('Ana Marlow keeps the boat', space => 'crew');
             INSERT INTO engram.cue_alias (space, alias, cue) VALUES
                 ('crew', 'Skipper', 'Ana Marlow'), ('crew', 'SKIPPER ', 'Ana Marlow'), ('crew', 'skipper', 'ana marlow'),
                 ('crew', 'ANA MARLOW', 'Ana Marlow'), ('crew', ' ', 'Ana Marlow'), ('crew', 'Mrs Marlow', 'Ana Marlow')",
        )
        .unwrap();
    update(&cluster);
    let rows = client.query("SELECT alias || ' = ' || cue FROM engram.cue_alias ORDER BY 1", &[]).unwrap();
    let left: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["mrs marlow = ana marlow", "skipper = ana marlow"]);
    assert!(!ids(&mut client, "SELECT id FROM engram_recall('the skipper', space => 'crew')").is_empty());
    assert_consistent(&mut client);
}

/// Everything of the catalog that belongs to the extension, a line each: kind, name, what it is.
const CATALOG: &str = include_str!("upgrade/catalog.sql");

fn catalog(cluster: &Cluster, database: &str) -> Vec<String> {
    let lines: Vec<String> = cluster.psql_in(database, CATALOG).lines().map(str::to_string).collect();
    for kind in ["member", "function", "table", "column", "constraint", "index", "trigger", "policy", "view", "dumped"]
    {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{kind}|"))), "no {kind} in {database}");
    }
    lines
}

#[test]
fn an_updated_catalog_equals_a_fresh_one_and_updating_again_changes_nothing() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = former(&cluster);
    use_former_functions(&mut client);
    assert!(!differences(&catalog(&cluster, "old"), &catalog(&cluster, "postgres")).is_empty());
    // Each step twice, as if the first time had not been noted.
    let again = |cluster: &Cluster, from: &str, to: &str| {
        cluster.psql_in("old", &format!("UPDATE pg_extension SET extversion = '{from}' WHERE extname = 'engram'"));
        update_to(cluster, to);
    };
    update_to(&cluster, "0.2.0");
    again(&cluster, "0.1.0", "0.2.0");
    update(&cluster);
    let fresh = catalog(&cluster, "postgres");
    assert_eq!(differences(&catalog(&cluster, "old"), &fresh), NONE);
    let before = everything(&mut client);
    again(&cluster, "0.2.0", "0.3.0");
    assert_eq!(differences(&catalog(&cluster, "old"), &fresh), NONE);
    assert_eq!(differences(&everything(&mut client), &before), NONE);
    assert_consistent(&mut client);
}
