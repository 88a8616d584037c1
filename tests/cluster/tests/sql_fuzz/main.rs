//! Random arguments for every function of the extension, as the catalog lists them, random rows for its tables and random settings: the
//! server stays up, and no answer is an error of the program (SQLSTATE XX000).
//!
//! Functions and tables that come later take part by themselves. `ENGRAM_FUZZ_CALLS` and `ENGRAM_SEED` make it longer and another.

mod catalog;
mod maker;

use catalog::{functions, settings, tables};
use engram_cluster_tests::{Cluster, Options, Rng, assert_consistent, setting_from_env};
use maker::Maker;
use postgres::{Client, SimpleQueryMessage};
use std::collections::BTreeMap;

/// Roles that call; two sessions of the one that may do most of what is asked.
const ROLES: [&str; 6] = ["fuzz_writer", "postgres", "fuzz_writer", "fuzz_reader", "fuzz_boss", "fuzz_nobody"];

/// The space that most calls are about.
const SPACE: &str = "
    SELECT engram_create_space('fuzz', dimensions => 3, owner => 'fuzz_writer', readers => '{fuzz_reader}', writers => '{fuzz_boss}');
    SELECT engram_remember('Ana keeps boat number ' || n, embedding => ARRAY[n % 7, 2, n % 3]::vector, space => 'fuzz',
                           context => 'call ' || n % 5, id => gen_random_uuid())
    FROM generate_series(1, 40) n";

#[test]
fn no_argument_brings_the_server_down_or_an_internal_error_up() {
    let seed: u64 = setting_from_env("ENGRAM_SEED", 2026);
    let calls: usize = setting_from_env("ENGRAM_FUZZ_CALLS", 4_000);
    println!("ENGRAM_SEED={seed} ENGRAM_FUZZ_CALLS={calls}");
    let options = Options::default()
        // Refusals are expected by the hundred thousand; whatever happens to a process is logged all the same.
        .with("log_min_messages = log")
        .with("log_min_error_statement = panic")
        .with("engram.private_region_size = '16MB'");
    let cluster = Cluster::with_extension(&options);
    cluster.psql(
        "CREATE ROLE fuzz_writer LOGIN IN ROLE engram_writer; CREATE ROLE fuzz_reader LOGIN IN ROLE engram_reader;
         CREATE ROLE fuzz_boss LOGIN IN ROLE engram_admin; CREATE ROLE fuzz_nobody LOGIN;
         SELECT engram_create_space('of nobody', owner => 'postgres')",
    );
    let mut admin = cluster.client();
    let (functions, tables, settings) = (functions(&mut admin), tables(&mut admin), settings(&mut admin));
    assert!(functions.len() > 30 && tables.len() > 10 && settings.len() > 10, "the catalog lists what is ours");
    let open = |role: &str| {
        let mut client = cluster.client_of("postgres", role);
        client
            .batch_execute("SET statement_timeout = '3s'; SET lock_timeout = '1s'; SET client_min_messages = error")
            .unwrap();
        client
    };
    let mut clients: Vec<Client> = ROLES.iter().map(|role| open(role)).collect();
    let mut in_block = [false; ROLES.len()];
    let mut maker = Maker { rng: Rng::new(seed), ids: Vec::new() };
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut called: BTreeMap<String, usize> = BTreeMap::new();
    let mut recent: Vec<String> = Vec::new();
    for n in 0..calls {
        if n % 500 == 0 {
            // Nobody else would end what holds a row of it.
            for (client, in_block) in clients.iter_mut().zip(&mut in_block).filter(|(_, in_block)| **in_block) {
                client.batch_execute("ROLLBACK").expect("a block can be rolled back");
                *in_block = false;
            }
            // It may have been dropped, filled to a quota, or given to somebody else.
            let _ = admin.batch_execute("SELECT engram_drop_space('fuzz')");
            admin.batch_execute(SPACE).expect("the space is made anew");
            let rows = admin.query("SELECT id::text FROM engram.memory ORDER BY random() LIMIT 60", &[]).unwrap();
            maker.ids = rows.iter().map(|row| row.get(0)).collect();
        }
        let at = maker.rng.below(ROLES.len());
        let mut name = String::new();
        let sql = match (maker.rng.below(100), in_block[at]) {
            (0..=3, false) => maker.pick(&[
                "BEGIN",
                "BEGIN READ ONLY",
                "BEGIN ISOLATION LEVEL REPEATABLE READ",
                "BEGIN ISOLATION LEVEL SERIALIZABLE",
            ]),
            (0..=9, true) => maker.pick(&["COMMIT", "ROLLBACK"]),
            (10..=14, true) => maker.pick(&["SAVEPOINT s", "ROLLBACK TO s", "RELEASE s"]),
            (10..=12, false) => {
                let (name, values) = maker.rng.pick(&settings);
                format!("SET {name} = '{}'", maker.rng.pick(values))
            }
            (13..=14, false) => {
                "RESET ALL; SET statement_timeout = '3s'; SET lock_timeout = '1s'; SET client_min_messages = error"
                    .to_owned()
            }
            (15..=24, _) => {
                let table = &tables[maker.rng.below(tables.len())];
                maker.change(table)
            }
            _ => {
                let mut function = &functions[maker.rng.below(functions.len())];
                while function.is_trigger && maker.rng.chance(80) {
                    function = &functions[maker.rng.below(functions.len())];
                }
                name.clone_from(&function.name);
                maker.call(function)
            }
        };
        let short: String = sql.chars().take(3_000).collect();
        recent.push(format!("{}: {short}", ROLES[at]));
        if recent.len() > 25 {
            recent.remove(0);
        }
        let outcome = clients[at].simple_query(&sql);
        let code = match &outcome {
            Ok(messages) => {
                assert!(
                    messages.iter().all(|m| !matches!(m, SimpleQueryMessage::CommandComplete(n) if *n == u64::MAX))
                );
                if sql.starts_with("BEGIN") {
                    in_block[at] = true;
                } else if sql == "COMMIT" || sql == "ROLLBACK" {
                    in_block[at] = false;
                }
                "00000".to_owned()
            }
            Err(error) => match error.as_db_error() {
                Some(error) => error.code().code().to_owned(),
                None => {
                    panic!(
                        "ENGRAM_SEED={seed}, call {n}: the connection broke: {error:?}\n{recent:#?}\n{}",
                        cluster.log_tail()
                    )
                }
            },
        };
        if !name.is_empty() {
            *called.entry(name).or_default() += usize::from(outcome.is_ok());
        }
        // Internal errors, a broken server or file, a process told to end.
        let bad = ["XX", "58", "57P", "08"].iter().any(|class| code.starts_with(class));
        assert!(!bad, "ENGRAM_SEED={seed}, call {n}: {outcome:?}\n{recent:#?}");
        if code == "42804" && told.get("42804").is_none_or(|n| *n < 3) {
            println!("{outcome:?}: {short}");
        }
        *told.entry(code).or_default() += 1;
        if outcome.is_err() && in_block[at] {
            // A failed COMMIT has ended its transaction.
            let ended = sql == "COMMIT" || clients[at].batch_execute("ROLLBACK TO s").is_err();
            if ended {
                clients[at].batch_execute("ROLLBACK").unwrap();
                in_block[at] = false;
            }
        }
        if n % 5_000 == 4_999 {
            println!("{} calls: {told:?}", n + 1);
        }
    }
    println!("{calls} calls: {told:?}\nthat succeeded: {called:?}");
    drop(clients);
    let log = cluster.log_text();
    for word in ["PANIC", "panicked", "terminated by signal", "TRAP:", "error at the end of a transaction"] {
        assert!(!log.contains(word), "ENGRAM_SEED={seed}: the log has {word:?}\n{}", cluster.log_tail());
    }
    assert!(told.get("00000").is_some_and(|n| n * 10 > calls), "hardly anything succeeds: {told:?}");
    let never: Vec<&String> = called.iter().filter(|c| *c.1 == 0).map(|c| c.0).collect();
    println!("never succeeded: {never:?}");
    admin.batch_execute("RESET ALL").unwrap();
    assert_consistent(&mut admin);
}
