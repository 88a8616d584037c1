//! Sizes, words and languages of files.

use engram_tidy::{assert_none, files, is_test, lines_of, literals_of, root};
use regex::Regex;

/// The longest a file may be, in lines.
const LONGEST: usize = 500;

#[test]
fn no_file_is_longer_than_500_lines() {
    // The install scripts are written by cargo-pgrx from the small ones; an update is one file by the rules of PostgreSQL.
    let generated = Regex::new(r"^sql/engram--[0-9.]+(--[0-9.]+)?\.sql$").unwrap();
    let mut found = Vec::new();
    let mut candidates = files(&[".rs", ".sql", ".sh", ".py"]);
    candidates.extend(files(&["scripts/quickstart", "scripts/test", "scripts/bench", "scripts/drill"]));
    for file in candidates {
        let lines = file.text.lines().count();
        if lines > LONGEST && !generated.is_match(&file.path) {
            found.push(format!("{}: {lines} lines", file.path));
        }
    }
    assert_none("files of more than 500 lines", &found);
}

#[test]
fn sql_stands_in_sql_files() {
    // Test code may speak SQL. `EXPLAIN SELECT` and the like begin with other words and would pass, as
    // would a table name put together elsewhere: the rule catches the habit, not the determined.
    let statement = Regex::new(
        r"(?is)^\s*(SELECT|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|FUNCTION|VIEW|SCHEMA|TRIGGER|TYPE|ROLE|POLICY)|WITH\s+\S+\s+AS|ALTER\s+TABLE|TRUNCATE|LOCK\s+TABLE|COPY)\b",
    )
    .unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if is_test(&file.path) || !(file.path.starts_with("src/") || file.path.starts_with("crates/")) {
            continue;
        }
        for (line, literal) in literals_of(&file.text) {
            if statement.is_match(&literal) {
                found.push(format!("{}:{line}: {literal:.60}", file.path));
            }
        }
    }
    assert_none("SQL text in Rust (put it into sql/query/)", &found);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here so that this file does not find itself.
    let words = ["TO", "FIX", "XX"].map(|start| match start {
        "TO" => "TODO".to_string(),
        "FIX" => "FIXME".to_string(),
        other => format!("{other}X"),
    });
    let pattern = Regex::new(&format!(r"\b({})\b", words.join("|"))).unwrap();
    let macros = Regex::new(r"\b(todo|unimplemented|dbg)!").unwrap();
    let mut found = Vec::new();
    let endings = [".rs", ".sql", ".sh", ".py", ".toml", ".md", "scripts/test", "scripts/quickstart", "scripts/bench"];
    for file in files(&endings) {
        if file.path == "tests/tidy/tests/files.rs" || file.path.starts_with("data/") {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            if pattern.is_match(line) {
                found.push(format!("{}:{}: {line}", file.path, index + 1));
            }
        }
        if file.path.ends_with(".rs") {
            for (index, line) in lines_of(&file.text).iter().enumerate() {
                if macros.is_match(&line.code) {
                    found.push(format!("{}:{}: {}", file.path, index + 1, line.code.trim()));
                }
            }
        }
    }
    assert_none("work left for later", &found);
}

#[test]
fn production_code_does_not_unwrap() {
    let pattern = Regex::new(r"\.unwrap\(\)").unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if is_test(&file.path) || !(file.path.starts_with("src/") || file.path.starts_with("crates/")) {
            continue;
        }
        for (index, line) in lines_of(&file.text).iter().enumerate() {
            if pattern.is_match(&line.code) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.code.trim()));
            }
        }
    }
    assert_none("unwrap() outside tests (expect() states the invariant)", &found);
}

#[test]
fn the_readme_sets_up_with_two_commands() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md is there");
    let block = Regex::new(r"(?s)```(?:sh|bash|console|shell)\n(.*?)```").unwrap();
    let first = block.captures(&readme).expect("README.md has a block of shell commands");
    let commands: Vec<&str> = first[1]
        .lines()
        .map(|line| line.trim().trim_start_matches("$ "))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(commands, ["./scripts/quickstart", "./scripts/test"], "the first block of README.md");
}

#[test]
fn nothing_names_a_place_outside_the_repository() {
    let place = Regex::new(&format!(r"/work/|\.\./{0}/|\b{0}/(design|style|reference)", "shared")).unwrap();
    let mut found = Vec::new();
    for file in
        files(&[".rs", ".sql", ".sh", ".py", ".toml", ".md", "scripts/test", "scripts/quickstart", "scripts/bench"])
    {
        for (index, line) in file.text.lines().enumerate() {
            if place.is_match(line) && file.path != "tests/tidy/tests/files.rs" {
                found.push(format!("{}:{}: {line}", file.path, index + 1));
            }
        }
    }
    assert_none("a path outside the repository", &found);
}
