//! Values, calls and rows that somebody may write, most of them near what is expected, some far from it.

use engram_cluster_tests::Rng;

/// A function with the names and types of its arguments.
pub struct Function {
    pub name: String,
    pub arguments: Vec<(String, String)>,
    /// How many have a default.
    pub optional: usize,
    pub is_trigger: bool,
}

/// A table with the names and types of its columns.
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, String)>,
}

/// Makes up values.
pub struct Maker {
    pub rng: Rng,
    /// Ids that exist, or did.
    pub ids: Vec<String>,
}

impl Maker {
    pub fn pick(&mut self, choices: &[&str]) -> String {
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
    pub fn call(&mut self, f: &Function) -> String {
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
    pub fn change(&mut self, table: &Table) -> String {
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
