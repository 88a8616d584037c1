//! From every released version: the new library serves the old catalog, the update keeps everything, and what it leaves is what a
//! new installation has. Releases are found in `sql/`; each has a file of its name in `upgrade/` that uses all of its functions.

use engram_cluster_tests::{Cluster, Options, assert_consistent, recall_ids, wait_ready_space, wait_until};
use postgres::Client;
use postgres::error::SqlState;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

/// A space with embeddings of its own.
const OLD: &str = "log book";
/// A space that remembering makes.
const PLAIN: &str = "letters";

/// A file of the checkout.
fn read(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every version with an install script, oldest first; the last one is what is developed.
fn versions() -> Vec<String> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sql");
    let names = std::fs::read_dir(dir).expect("sql/ is there").flatten().map(|entry| entry.file_name());
    let mut found: Vec<(Vec<u32>, String)> = names
        .filter_map(|name| {
            let version = name.to_str()?.strip_prefix("engram--")?.strip_suffix(".sql")?.to_string();
            let numbers = version.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
            Some((numbers, version))
        })
        .collect();
    found.sort();
    let versions: Vec<String> = found.into_iter().map(|(_, version)| version).collect();
    let newest = versions.last().expect("there is an install script");
    assert!(versions.len() >= 3 && versions[0] == "0.1.0", "{versions:?}");
    assert!(read("engram.control").contains(&format!("default_version = '{newest}'")), "{newest} is not the default");
    versions
}

/// Each released version with those that follow it.
fn releases() -> Vec<(String, Vec<String>)> {
    let all = versions();
    (0..all.len() - 1).map(|at| (all[at].clone(), all[at + 1..].to_vec())).collect()
}

/// The name of the database that begins with `version`.
fn database(version: &str) -> String {
    format!("from {version}")
}

/// A database with the catalog of a released version.
fn former(cluster: &Cluster, version: &str) -> Client {
    let name = database(version);
    cluster.psql(&format!("CREATE DATABASE \"{name}\""));
    cluster.psql_in(&name, &format!("CREATE EXTENSION vector; CREATE EXTENSION engram VERSION '{version}'"));
    cluster.client_of(&name, "postgres")
}

/// Uses every function of a version as that version declares it.
fn use_former_functions(client: &mut Client, version: &str) {
    let script = read(&format!("tests/cluster/tests/upgrade/{version}.sql"));
    let functions = "SELECT DISTINCT p.proname FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
        WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'engram') AND p.proname LIKE 'engram\\_%'";
    let declared = client.query(functions, &[]).unwrap();
    assert!(!declared.is_empty());
    for name in declared.iter().map(|row| row.get::<_, String>(0)) {
        assert!(script.contains(&format!("{name}(")), "upgrade/{version}.sql does not use {name}");
    }
    client.batch_execute(&script).unwrap_or_else(|error| panic!("upgrade/{version}.sql: {error:?}"));
}

/// Waits until the worker has written the uses of memories that were noted, which are part of what is compared.
fn wait_written(client: &mut Client) {
    if client.query_one("SELECT to_regclass('engram.stat_reinforcement') IS NULL", &[]).unwrap().get(0) {
        return;
    }
    wait_until("all uses are written", Duration::from_secs(30), || {
        client.query_one("SELECT pending = 0 FROM engram.stat_reinforcement", &[]).unwrap().get(0)
    });
}

fn id(n: u8) -> Uuid {
    Uuid::from_bytes([0x01, 0x8f, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

fn values(client: &mut Client, sql: &str) -> Vec<Value> {
    let rows = client.query(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

/// Everything that was stored and answered: a list of rows under the name of a table or question.
type State = Vec<(String, Vec<Value>)>;

/// What a recall and a spread answer, by every signal, in their order.
fn answers(client: &mut Client) -> State {
    let recall = |what: &str| format!("SELECT to_jsonb(r) FROM engram_recall({what}, reinforce => false) r");
    [
        recall(&format!("'Where does Ana Marlow keep her boat?', space => '{OLD}'")),
        recall(&format!("cues => '{{harbour}}', space => '{OLD}'")),
        recall(&format!("'storm at noon', space => '{PLAIN}'")),
        recall(&format!("embedding => '[0.1,1,0]', space => '{OLD}'")),
        format!("SELECT to_jsonb(r) FROM engram_spread(ARRAY['{}'::uuid], space => '{OLD}') r", id(1)),
    ]
    .into_iter()
    .map(|question| {
        let rows = values(client, &question);
        assert!(!rows.is_empty(), "{question}");
        (question, rows)
    })
    .collect()
}

/// The rows of every table that is dumped whole, without the transactions that wrote them, and of aliases, which one of the
/// updates puts in order.
fn stored(client: &mut Client) -> State {
    let tables = client
        .query(
            "SELECT c.id::regclass::text FROM pg_extension e, unnest(e.extconfig, e.extcondition) AS c (id, condition)
             WHERE e.extname = 'engram' AND c.condition = '' AND c.id <> 'engram.cue_alias'::regclass ORDER BY 1",
            &[],
        )
        .unwrap();
    assert!(tables.len() > 5);
    let tables = tables.iter().map(|row| row.get::<_, String>(0));
    tables
        .map(|table| (table.clone(), values(client, &format!("SELECT to_jsonb(t) - 'changed' FROM {table} t"))))
        .collect()
}

fn everything(client: &mut Client) -> State {
    wait_written(client);
    [stored(client), answers(client)].concat()
}

/// Asserts that all of `before` is there with the same values; later versions may have further tables and columns.
fn assert_kept(now: &State, before: &State, when: &str) {
    for (name, former) in before {
        let found = now.iter().find(|(other, _)| other == name);
        let found = found.unwrap_or_else(|| panic!("{when}: {name} is gone"));
        let columns = former.first().and_then(Value::as_object);
        let restrict = |row: &Value| -> String {
            let mut row = row.as_object().expect("a row is an object").clone();
            row.retain(|key, _| columns.is_some_and(|columns| columns.contains_key(key)));
            Value::Object(row).to_string()
        };
        let mut old: Vec<String> = former.iter().map(restrict).collect();
        let mut new: Vec<String> = found.1.iter().map(restrict).collect();
        if !name.starts_with("SELECT") {
            old.sort();
            new.sort();
        }
        assert_eq!(new, old, "{when}: {name}");
    }
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
fn what_each_version_stored_is_there_after_each_step_of_the_update_and_after_a_restore() {
    let cluster = Cluster::start(&Options::default());
    let mut last = Vec::new();
    for (version, later) in releases() {
        let name = database(&version);
        let mut client = former(&cluster, &version);
        use_former_functions(&mut client, &version);
        wait_ready_space(&mut client, OLD);
        assert_consistent(&mut client);
        let before = everything(&mut client);
        // The worker visits the old catalog too, fails at nothing there, and leaves the spaces loaded.
        wait_until("the worker has been here", Duration::from_secs(30), || {
            let sql = "SELECT coalesce(sum(runs), 0)::int8 FROM engram.stat_worker WHERE database = $1";
            client.query_one(sql, &[&name]).unwrap().get::<_, i64>(0) >= 3
        });
        let failed = client.query("SELECT last_error FROM engram.stat_worker WHERE failures > 0", &[]).unwrap();
        assert!(failed.is_empty(), "{failed:?}");

        for next in &later {
            cluster.psql_in(&name, &format!("ALTER EXTENSION engram UPDATE TO '{next}'"));
            // In the session that was there before, and in a new one.
            for client in [&mut client, &mut cluster.client_of(&name, "postgres")] {
                assert_kept(&everything(client), &before, &format!("{version} to {next}"));
                assert_consistent(client);
            }
        }
        use_new_functions(&mut client);
        let aliases = client.query("SELECT alias, cue FROM engram.cue_alias", &[]).unwrap();
        let aliases: Vec<(String, String)> = aliases.iter().map(|row| (row.get(0), row.get(1))).collect();
        assert_eq!(aliases, [("brave skipper".to_string(), "ana marlow".to_string())]);

        let expected = everything(&mut client);
        let dump = cluster.dump(&name);
        cluster.psql("CREATE DATABASE restored");
        cluster.restore("restored", &dump);
        let mut restored = cluster.client_of("restored", "postgres");
        assert_kept(&everything(&mut restored), &expected, &format!("{version} restored"));
        assert_consistent(&mut restored);
        drop((client, restored));
        cluster.psql("DROP DATABASE restored");
        last.push((version, expected));
    }
    let log = cluster.log_tail();
    assert!(!log.contains("ERROR") && !log.contains("WARNING") && !log.contains("loaded anew"), "{log}");
    cluster.restart();
    for (version, expected) in last {
        let mut client = cluster.client_of(&database(&version), "postgres");
        assert_kept(&everything(&mut client), &expected, &format!("{version} after a restart"));
        assert_consistent(&mut client);
    }
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
    let mut client = former(&cluster, "0.1.0");
    client
        .batch_execute(
            "SELECT engram_remember('Ana Marlow keeps the boat', space => 'crew');
             INSERT INTO engram.cue_alias (space, alias, cue) VALUES
                 ('crew', 'Skipper', 'Ana Marlow'), ('crew', 'SKIPPER ', 'Ana Marlow'), ('crew', 'skipper', 'ana marlow'),
                 ('crew', 'ANA MARLOW', 'Ana Marlow'), ('crew', ' ', 'Ana Marlow'), ('crew', 'Mrs Marlow', 'Ana Marlow');
             ALTER EXTENSION engram UPDATE",
        )
        .unwrap();
    let rows = client.query("SELECT alias || ' = ' || cue FROM engram.cue_alias ORDER BY 1", &[]).unwrap();
    let left: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["mrs marlow = ana marlow", "skipper = ana marlow"]);
    assert!(!recall_ids(&mut client, "crew", "the skipper", 10).is_empty());
    assert_consistent(&mut client);
}

/// Everything of the catalog that belongs to the extension, a line each: kind, name, what it is.
const CATALOG: &str = include_str!("upgrade/catalog.sql");

fn catalog(cluster: &Cluster, database: &str) -> Vec<String> {
    let lines: Vec<String> = cluster.psql_in(database, CATALOG).lines().map(str::to_string).collect();
    for kind in [
        "member",
        "function",
        "table",
        "column",
        "constraint",
        "index",
        "trigger",
        "reference",
        "policy",
        "view",
        "dumped",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{kind}|"))), "no {kind} in {database}");
    }
    lines
}

#[test]
fn an_updated_catalog_equals_a_fresh_one_and_updating_again_changes_nothing() {
    let cluster = Cluster::with_extension(&Options::default());
    let fresh = catalog(&cluster, "postgres");
    for (version, later) in releases() {
        let name = database(&version);
        let mut client = former(&cluster, &version);
        use_former_functions(&mut client, &version);
        assert!(!differences(&catalog(&cluster, &name), &fresh).is_empty(), "{version}");
        let before = everything(&mut client);
        let mut from = version.clone();
        for next in later {
            let step = format!("ALTER EXTENSION engram UPDATE TO '{next}'");
            cluster.psql_in(&name, &step);
            // As if the step had not been noted.
            let forgotten = format!("UPDATE pg_extension SET extversion = '{from}' WHERE extname = 'engram'");
            cluster.psql_in(&name, &forgotten);
            cluster.psql_in(&name, &step);
            from = next;
        }
        assert_eq!(differences(&catalog(&cluster, &name), &fresh), NONE, "{version}");
        assert_kept(&everything(&mut client), &before, &version);
        assert_consistent(&mut client);
    }
}

#[test]
fn the_schemas_that_the_extensions_were_put_into_do_not_matter() {
    let cluster = Cluster::start(&Options::default());
    let install = "CREATE SCHEMA vectors; CREATE SCHEMA \"the functions\"; CREATE EXTENSION vector SCHEMA vectors;";
    cluster.psql(&format!("{install} CREATE EXTENSION engram SCHEMA \"the functions\""));
    let fresh = catalog(&cluster, "postgres");
    for (version, _) in releases() {
        let name = database(&version);
        cluster.psql(&format!("CREATE DATABASE \"{name}\""));
        cluster
            .psql_in(&name, &format!("{install} CREATE EXTENSION engram VERSION '{version}' SCHEMA \"the functions\""));
        let mut client = cluster.client_of(&name, "postgres");
        client.batch_execute("SET search_path = \"the functions\", vectors").unwrap();
        use_former_functions(&mut client, &version);
        let before = everything(&mut client);
        cluster.psql_in(&name, "ALTER EXTENSION engram UPDATE");
        assert_eq!(differences(&catalog(&cluster, &name), &fresh), NONE, "{version}");
        assert_kept(&everything(&mut client), &before, &version);
        assert_consistent(&mut client);
    }
}

#[test]
fn an_update_that_is_rolled_back_has_not_happened_and_only_a_superuser_may_update() {
    let cluster = Cluster::start(&Options::default());
    cluster.psql("CREATE ROLE mate LOGIN; CREATE ROLE chief LOGIN IN ROLE postgres");
    for (version, _) in releases() {
        let name = database(&version);
        let mut client = former(&cluster, &version);
        use_former_functions(&mut client, &version);
        let former_catalog = catalog(&cluster, &name);
        let before = everything(&mut client);

        client.batch_execute("BEGIN; ALTER EXTENSION engram UPDATE").unwrap();
        assert_kept(&everything(&mut client), &before, &format!("{version}, not committed"));
        client.batch_execute("ROLLBACK").unwrap();
        assert_eq!(differences(&catalog(&cluster, &name), &former_catalog), NONE, "{version}");
        assert_kept(&everything(&mut client), &before, &format!("{version}, rolled back"));
        assert_consistent(&mut client);

        // Somebody, and a member of the owner who is no superuser.
        for (role, message) in
            [("mate", "must be owner of extension"), ("chief", "permission denied to update extension")]
        {
            let refused = cluster.client_of(&name, role).batch_execute("ALTER EXTENSION engram UPDATE").unwrap_err();
            assert_eq!(refused.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{refused:?}");
            assert!(refused.to_string().contains(message) || format!("{refused:?}").contains(message), "{refused:?}");
        }
        client.batch_execute("ALTER EXTENSION engram UPDATE").unwrap();
        assert_kept(&everything(&mut client), &before, &format!("{version}, after all"));
        assert_consistent(&mut client);
    }
}
