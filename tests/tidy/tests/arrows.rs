//! Who may name whom: engine <- region <- hot; store and hot do not know each other; api and worker
//! reach both through memory.

use engram_tidy::{assert_none, lines_of, root, rust_below};
use regex::Regex;

/// Asserts that no code below `places` matches `pattern`; unit tests are left out.
fn forbid(places: &[&str], pattern: &str, rule: &str) {
    let pattern = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for file in rust_below(places) {
        for (index, line) in lines_of(&file.text).iter().enumerate() {
            if pattern.is_match(&line.code) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.code.trim()));
            }
        }
    }
    assert_none(rule, &found);
}

#[test]
fn only_src_names_pgrx() {
    forbid(&["crates/", "tests/", "benches/"], r"\bpgrx\b|\bpg_sys\b", "pgrx named outside src/");
}

#[test]
fn the_engine_depends_on_nothing_of_ours() {
    forbid(&["crates/engine/"], r"\bengram_region\b", "the engine names the region");
    let manifest = std::fs::read_to_string(root().join("crates/engine/Cargo.toml")).unwrap();
    assert!(!manifest.contains("engram-region") && !manifest.contains("pgrx"), "crates/engine/Cargo.toml");
    let manifest = std::fs::read_to_string(root().join("crates/region/Cargo.toml")).unwrap();
    assert!(!manifest.contains("pgrx"), "crates/region/Cargo.toml");
}

#[test]
fn the_engine_has_no_clock_no_chance_and_no_files() {
    forbid(
        &["crates/engine/src/"],
        r"\bSystemTime\b|\bInstant::now\b|\bstd::(fs|net|env|process|thread)\b|\brand::",
        "the engine takes effects as arguments",
    );
    let lib = std::fs::read_to_string(root().join("crates/engine/src/lib.rs")).unwrap();
    assert!(lib.contains("#![forbid(unsafe_code)]"), "crates/engine/src/lib.rs forbids unsafe code");
}

#[test]
fn the_store_and_the_hot_tier_do_not_know_each_other() {
    forbid(&["src/store"], r"\b(crate|super)::hot\b|\bengram_region\b", "the store names the hot tier");
    forbid(&["src/hot"], r"\b(crate|super)::store\b", "the hot tier names the store");
}

#[test]
fn the_interface_calls_memory_only() {
    forbid(
        &["src/api"],
        r"\bcrate::(hot|store)\b|\bengram_region\b",
        "src/api names the hot tier or the store instead of memory or worker",
    );
}

#[test]
fn lower_parts_do_not_call_upwards() {
    forbid(&["src/pg/"], r"\bcrate::(hot|store|memory|api|worker)\b", "a wrapper of the server names a part above it");
    forbid(&["src/hot", "src/store"], r"\bcrate::(memory|api|worker)\b", "a lower part names a part above it");
}
