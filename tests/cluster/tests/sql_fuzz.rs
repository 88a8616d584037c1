//! Random arguments for every function of the extension, as the catalog lists them, random rows for its tables and random settings: the
//! server stays up, and no answer is an error of the program (SQLSTATE XX000).
//!
//! Functions and tables that come later take part by themselves. `ENGRAM_FUZZ_CALLS` and `ENGRAM_SEED` make it longer and another.

use engram_cluster_tests::{Cluster, Options, Rng, assert_consistent, setting_from_env};
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

/// A function with the names and types of its arguments.
struct Function {
    name: String,
    arguments: Vec<(String, String)>,
    /// How many have a default.
    optional: usize,
    is_trigger: bool,
}

/// A table with the names and types of its columns.
struct Table {
    name: String,
    columns: Vec<(String, String)>,
}

/// Makes up values.
struct Maker {
    rng: Rng,
    /// Ids that exist, or did.
    ids: Vec<String>,
}

impl Maker {
    fn pick(&mut self, choices: &[&str]) -> String {
        (*self.rng.pick(choices)).to_owned()
    }

    /// An expression of a type.
    fn value(&mut self, of: &str) -> String {
        if self.rng.chance(12) {
            return format!("NULL::{of}");
        }
        if let Some(element) = of.strip_suffix("[]") {
            return self.array(element);
        }
        let literal = match of {
            "text" | "name" | "character varying" => return format!("{}::{of}", self.text()),
            "uuid" => self.uuid(),
            "integer" | "bigint" | "smallint" | "oid" => return self.integer(of),
            "real" | "double precision" | "numeric" => {
                let some = self.rng.next_u64() as f64 / 1e16;
                let one =
                    self.pick(&["0", "-0", "1", "0.5", "-1", "NaN", "Infinity", "-Infinity", "1e-37", "3e38", "?"]);
                if one == "?" { some.to_string() } else { one }
            }
            "boolean" => self.pick(&["true", "false"]),
            "jsonb" | "json" => self.json(3),
            "timestamp with time zone" => self.pick(&[
                "infinity",
                "-infinity",
                "4713-01-01 00:00:00 BC",
                "294276-12-31 23:59:59Z",
                "2000-01-01 00:00:00Z",
                "1969-12-31 23:59:59.999999Z",
                "now",
                "2026-02-29 00:00:00Z",
            ]),
            "interval" => self.pick(&["0", "1 second", "-1 day", "178000000 years", "1 month -1 microsecond"]),
            "xid8" => self.pick(&["0", "1", "3", "18446744073709551615", "4294967296", "9223372036854775808"]),
            "bytea" => self.pick(&["", "\\x00", "\\xdeadbeef"]),
            t if t.ends_with("vector") => self.vector_literal(),
            _ => return format!("NULL::{of}"),
        };
        format!("'{}'::{of}", literal.replace('\'', "''"))
    }

    /// An argument that its function may take, by its name and type.
    fn tame(&mut self, function: &str, name: &str, of: &str) -> String {
        let one_of = |m: &mut Maker, choices: &[&str]| format!("'{}'::{of}", m.pick(choices));
        match (name, of) {
            // What everything else is asked about does not go at each turn.
            ("space", _) if function.contains("drop") => one_of(self, &["fuzz two"]),
            ("space", _) => one_of(self, &["fuzz", "fuzz", "fuzz", "fuzz two"]),
            ("spaces", _) => one_of(self, &["{fuzz}", "{fuzz,fuzz two}"]),
            ("mode", _) => one_of(
                self,
                if function.contains("update") { &["correct"] } else { &["suppress", "restore", "delete"] },
            ),
            ("kind", _) => one_of(self, &["semantic", "causal", "inhibitory"]),
            ("kinds", _) => one_of(self, &["{episode}", "{episode,belief}"]),
            ("on_duplicate", _) => one_of(self, &["store", "reinforce", "skip"]),
            ("owner", _) => one_of(self, &["fuzz_writer"]),
            ("readers" | "writers", _) => one_of(self, &["{}", "{fuzz_reader}", "{fuzz_writer,fuzz_boss}"]),
            ("language", _) => one_of(self, &["english", "german", "none"]),
            ("encoder" | "since" | "until" | "as_of" | "max_tokens" | "dimensions", _) => format!("NULL::{of}"),
            ("memories", "jsonb") => format!(
                r#"'[{{"content": "the ferry {}", "space": "fuzz"}}, {{"content": "Ana and the boat {}", "space": "fuzz"}}]'::jsonb"#,
                self.rng.below(500),
                self.rng.below(500)
            ),
            (_, "jsonb") => one_of(self, &["{}", r#"{"topic": "boats"}"#]),
            (_, "text" | "name") => {
                let words = ["Ana", "harbour", "boat", "ferry", "bread", "Captain Marlow", "number", "lamp"];
                let n = 1 + self.rng.below(4);
                format!(
                    "'{} {}'::{of}",
                    (0..n).map(|_| *self.rng.pick(&words)).collect::<Vec<_>>().join(" "),
                    self.rng.below(200)
                )
            }
            (_, "text[]") => one_of(self, &["{harbour}", "{Ana,boat}", "{}"]),
            (_, "uuid") => format!("'{}'::uuid", self.uuid()),
            (_, "uuid[]") => format!("'{{{}}}'::uuid[]", self.uuid()),
            (_, "integer") => format!("{}::{of}", 1 + self.rng.below(20)),
            (_, "real" | "double precision") => one_of(self, &["0", "0.1", "0.5", "1"]),
            (_, "boolean") => one_of(self, &["true", "false"]),
            (_, of) if of.ends_with("vector") => one_of(self, &["[1,2,3]", "[0,1,0]", "[-1,0.5,0]"]),
            _ => self.value(of),
        }
    }

    fn text(&mut self) -> String {
        let literal = match self.rng.below(30) {
            0 => return format!("repeat('x', {})", self.rng.pick(&[64, 65, 100, 101, 5_000, 70_000])),
            1 => return format!("repeat('word and Ana Marlow. ', {})", self.rng.pick(&[10, 30, 300])),
            2 if self.rng.chance(10) => return "repeat('y', 1048577)".to_owned(),
            3 => return "E'\\x01\\x1f\\x7f tab\\tline\\nfeed'".to_owned(),
            4 => return format!("repeat(U&'\\+01F600', {})", 1 + self.rng.below(80)),
            5 => return "U&'\\FEFF\\200B\\202E\\0301\\00AD'".to_owned(),
            6 => self.uuid(),
            7 => self.json(2),
            8..=12 => self.pick(&["default", "fuzz", "fuzz two", "of nobody", "fuzz", "fuzz"]),
            13..=16 => self.pick(&[
                "delete",
                "suppress",
                "restore",
                "correct",
                "store",
                "reinforce",
                "skip",
                "semantic",
                "inhibitory",
                "causal",
                "hot",
                "warm",
                "cold",
                "built-in",
                "none",
                "english",
                "german",
                "episode",
                "belief",
                "about:harbour",
                "reconsolidate",
            ]),
            17 => self.pick(&[
                "fuzz_writer",
                "postgres",
                "engram_admin",
                "public",
                "pg_monitor",
                "fuzz_reader",
                "current_user",
            ]),
            18 => self.pick(&[
                "",
                " ",
                "\t",
                "%",
                "_",
                "{}",
                "[]",
                "null",
                "NULL",
                "'; DROP TABLE engram.memory; --",
                "\\",
                "$$",
                "\"\"",
            ]),
            19 => self.pick(&[
                "ñandú Über Größe",
                "日本語のテキスト",
                "مرحبا بالعالم",
                "Ελλάδα",
                "தமிழ்",
                "ǅ ß ﬁ İ ı",
                "a\u{0300}",
            ]),
            20 => self.pick(&["-1", "0", "1e400", "2026-11-26", "infinity", "0x7f"]),
            _ => {
                let n = 1 + self.rng.below(12);
                let words = [
                    "Ana",
                    "harbour",
                    "boat",
                    "the",
                    "2026",
                    "Captain Marlow",
                    "ferry,",
                    "bread",
                    "NYC",
                    "lamp.",
                    "and",
                ];
                (0..n).map(|_| *self.rng.pick(&words)).collect::<Vec<_>>().join(" ")
            }
        };
        format!("'{}'", literal.replace('\'', "''"))
    }

    fn uuid(&mut self) -> String {
        match self.rng.below(5) {
            0 => "00000000-0000-0000-0000-000000000000".to_owned(),
            1 => "ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned(),
            2 => format!("{:08x}-0000-7000-8000-{:012x}", self.rng.below(50), self.rng.below(50)),
            _ if self.ids.is_empty() => "00000000-0000-7000-8000-000000000001".to_owned(),
            _ => {
                let at = self.rng.below(self.ids.len());
                self.ids[at].clone()
            }
        }
    }

    fn integer(&mut self, of: &str) -> String {
        let (least, most) = match of {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            "oid" => (0, i64::from(u32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let value = match self.rng.below(9) {
            0 => least,
            1 => most,
            2 => most - 1,
            3 => -1,
            4 => 0,
            _ => self.rng.below(40) as i64,
        };
        format!("'{}'::{of}", value.clamp(least, most))
    }

    fn array(&mut self, element: &str) -> String {
        let n = *self.rng.pick(&[0, 0, 1, 1, 2, 3, 5, 130, 600]);
        let of_one = self.value(element);
        match self.rng.below(10) {
            0 => format!("ARRAY[NULL, NULL]::{element}[]"),
            1 => format!("ARRAY[[{of_one}, NULL], [{of_one}, {of_one}]]::{element}[]"),
            2 => format!("'[5:6]={{NULL,NULL}}'::{element}[]"),
            _ => {
                let distinct = n.min(6);
                let mut all: Vec<String> = (0..distinct).map(|_| self.value(element)).collect();
                // Long ones cost: they repeat one short value.
                if n > distinct {
                    all.push(format!("NULL::{element}"));
                    return format!("ARRAY[{}]::{element}[] || array_fill({of_one}, ARRAY[{n}])", all.join(", "));
                }
                format!("ARRAY[{}]::{element}[]", all.join(", "))
            }
        }
    }

    fn json(&mut self, depth: usize) -> String {
        match self.rng.below(if depth == 0 { 6 } else { 14 }) {
            0 => "null".to_owned(),
            1 => self.pick(&["0", "-1", "1e308", "123456789012345678901234567890", "0.1", "-0.0", "2147483648"]),
            2 => "\"a \\u00e9 \\\" text\"".to_owned(),
            3 => "true".to_owned(),
            4 => "{}".to_owned(),
            5 => "[]".to_owned(),
            6 | 7 => {
                let n = self.rng.below(4);
                format!("[{}]", (0..n).map(|_| self.json(depth - 1)).collect::<Vec<_>>().join(","))
            }
            8..=10 => {
                // What a batch of memories is made of.
                let keys = [
                    "content",
                    "embedding",
                    "space",
                    "context",
                    "cues",
                    "kind",
                    "confidence",
                    "occurred_at",
                    "source",
                    "metadata",
                    "id",
                    "topic",
                ];
                let n = self.rng.below(5);
                let entry = |m: &mut Maker| {
                    let key = m.pick(&keys);
                    let value = match key.as_str() {
                        _ if m.rng.chance(20) => m.json(depth - 1),
                        "embedding" => {
                            m.pick(&["[1,0,0]", "[0.1,0.2,0.3,0.4]", "[]", "\"[1,2,3]\"", "[1e39,0,0]", "[null]"])
                        }
                        "id" => format!("\"{}\"", m.uuid()),
                        "cues" => "[\"Ana\", \"harbour\"]".to_owned(),
                        "confidence" => m.pick(&["0.5", "2", "-1", "\"x\""]),
                        "metadata" => m.json(depth - 1),
                        "space" => "\"fuzz\"".to_owned(),
                        _ => m.pick(&["\"Ana keeps the boat\"", "\"\"", "7", "\"2026-01-01\"", "\"episode\""]),
                    };
                    format!("\"{key}\":{value}")
                };
                format!("{{{}}}", (0..n).map(|_| entry(self)).collect::<Vec<_>>().join(","))
            }
            _ => {
                let n = 1 + self.rng.below(3);
                format!(
                    "[{}]",
                    (0..n)
                        .map(|_| format!("{{\"content\": \"the boat {}\", \"space\": \"fuzz\"}}", self.rng.below(100)))
                        .collect::<Vec<_>>()
                        .join(",")
                )
            }
        }
    }

    fn vector_literal(&mut self) -> String {
        let dims = *self.rng.pick(&[1usize, 2, 3, 3, 3, 4, 256, 2_001, 16_000]);
        let value = self.pick(&["0", "1", "-1", "0.5", "1e-38", "3e38", "-3e38", "1e-45", "?"]);
        let one = |rng: &mut Rng| if value == "?" { (rng.below(200) as i64 - 100).to_string() } else { value.clone() };
        format!("[{}]", (0..dims).map(|_| one(&mut self.rng)).collect::<Vec<_>>().join(","))
    }

    /// A call of a function: all arguments by position, or some by name.
    fn call(&mut self, f: &Function) -> String {
        let named = f.arguments.iter().all(|a| !a.0.is_empty()) && self.rng.chance(70);
        let needed = f.arguments.len() - f.optional;
        // Most calls get past the first checks; some are made of nothing but oddities.
        let wild = *self.rng.pick(&[5, 10, 10, 25, 100]);
        let mut parts = Vec::new();
        for (n, (name, of)) in f.arguments.iter().enumerate() {
            if named && n >= needed && self.rng.chance(60) {
                continue;
            }
            let value = if self.rng.chance(wild) { self.value(of) } else { self.tame(&f.name, name, of) };
            parts.push(if named { format!("\"{name}\" => {value}") } else { value });
        }
        let from = if f.is_trigger { "" } else { "* FROM " };
        format!("SELECT {from}{}({})", f.name, parts.join(", "))
    }

    /// A row written, changed or removed.
    fn change(&mut self, table: &Table) -> String {
        let space = self.pick(&["'fuzz'", "'fuzz'", "'fuzz two'", "'of nobody'", "NULL", "''"]);
        let mut columns = vec!["space".to_owned()];
        let mut values = vec![space.clone()];
        for (name, of) in &table.columns {
            if name != "space" && self.rng.chance(40) {
                columns.push(format!("\"{name}\""));
                values.push(self.value(of));
            }
        }
        let sets =
            columns.iter().zip(&values).skip(1).map(|(c, v)| format!("{c} = {v}")).collect::<Vec<_>>().join(", ");
        let filter = format!("space = {space} AND random() < 0.2");
        match self.rng.below(5) {
            0 if !sets.is_empty() => format!("UPDATE {} SET {sets} WHERE {filter}", table.name),
            1 => format!("DELETE FROM {} WHERE {filter}", table.name),
            2 => format!(
                "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
                table.name,
                columns.join(", "),
                values.join(", ")
            ),
            _ => format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), values.join(", ")),
        }
    }
}

fn functions(client: &mut Client) -> Vec<Function> {
    let sql = "SELECT p.oid::regproc::text, coalesce(p.proargnames[1:p.pronargs], array_fill(''::text, ARRAY[p.pronargs::int])),
                      ARRAY(SELECT format_type(t.type, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY t (type, n) ORDER BY n),
                      p.pronargdefaults::int4, p.prorettype = 'trigger'::regtype
               FROM pg_proc p
               JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
               JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
               WHERE p.prokind = 'f' ORDER BY 1, 3";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter()
        .map(|row| {
            let names: Vec<String> = row.get(1);
            let types: Vec<String> = row.get(2);
            Function {
                name: row.get(0),
                arguments: names.into_iter().zip(types).collect(),
                optional: row.get::<_, i32>(3) as usize,
                is_trigger: row.get(4),
            }
        })
        .collect()
}

fn tables(client: &mut Client) -> Vec<Table> {
    let sql = "SELECT c.oid::regclass::text, array_agg(a.attname::text ORDER BY a.attnum),
                      array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum)
               FROM pg_class c
               JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
               JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               WHERE c.relkind = 'r' AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'space')
               GROUP BY c.oid ORDER BY 1";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter()
        .map(|row| {
            let (names, types): (Vec<String>, Vec<String>) = (row.get(1), row.get(2));
            Table { name: row.get(0), columns: names.into_iter().zip(types).collect() }
        })
        .collect()
}

/// Values for the settings that a session may change.
fn settings(client: &mut Client) -> Vec<(String, Vec<String>)> {
    let sql = "SELECT name, vartype, coalesce(min_val, ''), coalesce(max_val, ''), boot_val, coalesce(enumvals, '{}')
               FROM pg_settings WHERE name LIKE 'engram.%' AND context IN ('user', 'superuser') AND name NOT LIKE 'engram.crash%'
               ORDER BY name";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter()
        .map(|row| {
            let (name, of): (String, &str) = (row.get(0), row.get(1));
            let mut values =
                vec![row.get::<_, String>(2), row.get(3), row.get::<_, Option<String>>(4).unwrap_or_default()];
            match of {
                "bool" => values = vec!["on".to_owned(), "off".to_owned()],
                "enum" => values = row.get(5),
                "string" => values = vec!["fuzz".to_owned(), "of nobody".to_owned(), String::new(), "x".repeat(100)],
                _ => {}
            }
            (name, values)
        })
        .collect()
}

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
