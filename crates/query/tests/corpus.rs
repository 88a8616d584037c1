//! What is a query, what is none, and what is said then.

use engram_query::{Fault, Kind, Params, Statement, parse, parse_with};
use serde_json::json;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// One way to write each query on the left is the one on the right.
const VALID: &[(&str, &str)] = &[
    (r#"RECALL "boat""#, r#"RECALL "boat""#),
    (r#"  recall 'boat' ;  "#, r#"RECALL "boat""#),
    ("RECALL \"a \\\"boat\\\"\\n\\t\\\\\"", "RECALL \"a \\\"boat\\\"\\n\\t\\\\\""),
    ("RECALL 'it\\'s'", r#"RECALL "it's""#),
    ("RECALL \"boat\" -- where is it\n LIMIT 3", r#"RECALL "boat" LIMIT 3"#),
    ("EXPLAIN RECALL \"boat\"", "EXPLAIN RECALL \"boat\""),
    ("RECALL ANY LIMIT 5", "RECALL ANY LIMIT 5"),
    ("RECALL [0.5, -1e-2,3] THRESHOLD 0.8", "RECALL [0.5, -0.01, 3] THRESHOLD 0.8"),
    ("RECALL 01890A5D-AC96-774B-BCCE-B302099A8057", "RECALL 01890a5d-ac96-774b-bcce-b302099a8057"),
    ("RECALL \"x\" LIMIT 10000 IN SPACE \"team 7\"", "RECALL \"x\" IN SPACE \"team 7\" LIMIT 10000"),
    ("RECALL \"x\" IN SPACE team", "RECALL \"x\" IN SPACE \"team\""),
    ("RECALL \"x\" WHERE kind = episode", "RECALL \"x\" WHERE kind = \"episode\""),
    ("RECALL \"x\" WHERE kind IN (episode, \"be lief\")", "RECALL \"x\" WHERE kind IN (\"episode\", \"be lief\")"),
    ("RECALL \"x\" WHERE kind IN (episode)", "RECALL \"x\" WHERE kind = \"episode\""),
    ("RECALL \"x\" WHERE cue = Ana AND cue = 'Saltmere'", "RECALL \"x\" WHERE cue = \"Ana\" AND cue = \"Saltmere\""),
    (
        "RECALL \"x\" WHERE context = 'call 12' AND source = mail",
        "RECALL \"x\" WHERE context = \"call 12\" AND source = \"mail\"",
    ),
    ("RECALL \"x\" WHERE content contains 'boat'", "RECALL \"x\" WHERE content CONTAINS \"boat\""),
    ("RECALL \"x\" WHERE created BEFORE '2026-03-01'", "RECALL \"x\" WHERE created BEFORE 2026-03-01"),
    (
        "RECALL \"x\" WHERE created AFTER 2026-03-01T10:00:00Z",
        "RECALL \"x\" WHERE created AFTER 2026-03-01T10:00:00+00:00",
    ),
    ("RECALL \"x\" WHERE created AFTER \"2026-03-01 10:00\"", "RECALL \"x\" WHERE created AFTER 2026-03-01T10:00:00"),
    ("RECALL \"x\" WHERE occurred AFTER 3 days ago", "RECALL \"x\" WHERE occurred AFTER 3 days ago"),
    ("RECALL \"x\" WHERE occurred AFTER '1 WEEK AGO'", "RECALL \"x\" WHERE occurred AFTER 1 weeks ago"),
    (
        "RECALL \"x\" WHERE occurred BETWEEN yesterday AND now AND kind = a",
        "RECALL \"x\" WHERE occurred BETWEEN yesterday AND now AND kind = \"a\"",
    ),
    (
        "RECALL \"x\" SINCE 2025-01-01 UNTIL today AS OF 2026-01-01T00:00+05:30",
        "RECALL \"x\" SINCE 2025-01-01 UNTIL today AS OF 2026-01-01T00:00:00+05:30",
    ),
    ("RECALL \"x\" CONFIDENCE >= 0.5", "RECALL \"x\" CONFIDENCE >= 0.5"),
    ("RECALL \"x\" WHERE confidence < .5e0", ""),
    (
        "RECALL \"x\" WHERE confidence < 0.5 AND confidence > 0.25",
        "RECALL \"x\" WHERE confidence < 0.5 AND confidence > 0.25",
    ),
    (
        "RECALL \"x\" WHERE metadata.place.name = 'the harbour' AND metadata.n = 3",
        "RECALL \"x\" WHERE metadata.\"place\".\"name\" = \"the harbour\" AND metadata.\"n\" = 3",
    ),
    (
        "RECALL \"x\" WHERE metadata.\"a b\" = true AND metadata.c = null",
        "RECALL \"x\" WHERE metadata.\"a b\" = true AND metadata.\"c\" = null",
    ),
    ("SPREAD FROM 01890a5d-ac96-774b-bcce-b302099a8057", "SPREAD FROM 01890a5d-ac96-774b-bcce-b302099a8057"),
    (
        "SPREAD FROM '01890a5d-ac96-774b-bcce-b302099a8057' LIMIT 2 MAX_HOPS 0 DECAY 1 THRESHOLD 0.01",
        "SPREAD FROM 01890a5d-ac96-774b-bcce-b302099a8057 MAX_HOPS 0 DECAY 1 THRESHOLD 0.01 LIMIT 2",
    ),
    ("COMPLETE {\"who\": \"Ana\", \"b\": [1, {}]} LIMIT 2", "COMPLETE {\"who\": \"Ana\", \"b\": [1, {}]} LIMIT 2"),
    ("COMPLETE 'boat'", "COMPLETE \"boat\""),
    ("IMAGINE 'boat' NOVELTY 0.5", "IMAGINE \"boat\" NOVELTY 0.5"),
    (
        "IMAGINE ANY BASED ON 01890a5d-ac96-774b-bcce-b302099a8057",
        "IMAGINE ANY BASED ON 01890a5d-ac96-774b-bcce-b302099a8057",
    ),
    ("PREDICT 'call 12' HORIZON 2 hours", "PREDICT \"call 12\" HORIZON 7200"),
    (
        "PREDICT ANY GIVEN 01890a5d-ac96-774b-bcce-b302099a8057 HORIZON 60",
        "PREDICT ANY GIVEN 01890a5d-ac96-774b-bcce-b302099a8057 HORIZON 60",
    ),
    ("PREDICT ANY IN SPACE s IN CONTEXT 'call 12'", "PREDICT ANY IN CONTEXT \"call 12\" IN SPACE \"s\""),
    ("CONSOLIDATE", "CONSOLIDATE"),
    ("CONSOLIDATE IN SPACE a DRY RUN;", "CONSOLIDATE DRY RUN IN SPACE \"a\""),
];

#[test]
fn a_query_is_written_back_and_reads_the_same() {
    for (text, written) in VALID {
        if written.is_empty() {
            assert!(parse(text).is_err(), "{text}");
            continue;
        }
        let query = parse(text).unwrap_or_else(|f| panic!("{text}: {f:?}"));
        assert_eq!(query.to_string(), *written, "{text}");
        assert_eq!(parse(written), Ok(query), "{text}");
    }
}

/// Text, where the place is (marked by `^` in the text), part of the message, part of what was expected, what was meant.
const INVALID: &[(&str, &str, &str, &str)] = &[
    ("^", "end of query", "RECALL", ""),
    (" ^;", "at \";\"", "RECALL", ""),
    ("^RECAL 'x'", "at \"RECAL\"", "SPREAD", "RECALL"),
    ("^SELECT 1", "at \"SELECT\"", "RECALL", ""),
    ("EXPLAIN ^", "end of query", "SPREAD", ""),
    ("RECALL ^", "end of query", "a \"text\"", ""),
    ("RECALL ^WHERE", "at \"WHERE\"", "ANY", ""),
    ("RECALL 'x' ^LIMTI 3", "at \"LIMTI\"", "LIMIT", "LIMIT"),
    ("RECALL 'x' LIMIT 3 ^4", "at \"4\"", "end of query", ""),
    ("RECALL 'x'; ^RECALL 'y'", "at \"RECALL\"", "end of query", ""),
    ("RECALL 'x' LIMIT 3 ^LIMIT 4", "LIMIT is given twice", "", ""),
    ("RECALL 'x' LIMIT ^0", "LIMIT must be a whole number between 1 and 10000, not 0", "", ""),
    ("RECALL 'x' LIMIT ^1.5", "LIMIT must be", "", ""),
    ("RECALL 'x' LIMIT ^many", "at \"many\"", "a number", ""),
    ("RECALL ^''", "a text to go by must not be blank", "", ""),
    ("RECALL ^'x", "unterminated text", "", ""),
    ("RECALL 'x' WHERE ^", "end of query", "content", ""),
    ("RECALL 'x' WHERE ^ocurred AFTER today", "at \"ocurred\"", "occurred", "occurred"),
    ("RECALL 'x' WHERE content ^LIKE 'y'", "at \"LIKE\"", "CONTAINS", ""),
    ("RECALL 'x' WHERE content CONTAINS ^''", "must not be empty", "", ""),
    ("RECALL 'x' WHERE created BEFORE ^'last week'", "\"last week\" is no date or time", "", ""),
    ("RECALL 'x' WHERE created BEFORE ^2026-02-30", "\"2026-02-30\" is no date or time", "", ""),
    ("RECALL 'x' WHERE created AFTER 3 ^dayz ago", "at \"dayz\"", "a unit", ""),
    ("RECALL 'x' WHERE created AFTER 3 days ^agoo", "at \"agoo\"", "AGO", "AGO"),
    ("RECALL 'x' WHERE kind = a AND ^kind = b", "kind has two values", "", ""),
    ("RECALL 'x' WHERE metadata.a = 1 AND ^metadata.a.b = 2", "metadata.a has two values", "", ""),
    ("RECALL 'x' WHERE kind IN (a, ^)", "at \")\"", "a word", ""),
    ("RECALL 'x' WHERE confidence > ^1.5", "confidence must be between 0 and 1, not 1.5", "", ""),
    ("RECALL 'x' WHERE confidence ^>> 0.5", "at \">\"", "", ""),
    ("RECALL [^]", "a vector consists of numbers", "", ""),
    ("RECALL [1 ^2]", "separated by commas", "", ""),
    ("RECALL [1, ^1e99]", "1e99 is too large", "", ""),
    ("RECALL ^#", "at \"#\"", "", ""),
    ("RECALL ^2x", "\"2x\" is no number, date or id", "", ""),
    ("SPREAD ^'x'", "at \"'x'\"", "FROM", ""),
    ("SPREAD FROM ^'x'", "at \"'x'\"", "an id", ""),
    ("SPREAD FROM 01890a5d-ac96-774b-bcce-b302099a8057 MAX_HOPS ^11", "MAX_HOPS must be", "", ""),
    ("SPREAD FROM 01890a5d-ac96-774b-bcce-b302099a8057 DECAY ^0", "DECAY must be above 0", "", ""),
    ("COMPLETE {\"a\": ^}", "invalid JSON", "", ""),
    ("COMPLETE ^ANY", "at \"ANY\"", "a JSON object", ""),
    ("IMAGINE ^[1]", "at \"[1]\"", "a \"text\"", ""),
    ("COMPLETE ^{\"a\": 1", "unterminated JSON object", "", ""),
    ("IMAGINE 'x' NOVELTY ^2", "NOVELTY must be between 0 and 1", "", ""),
    ("IMAGINE 'x' BASED ^OFF", "at \"OFF\"", "ON", ""),
    ("PREDICT 'x' HORIZON ^0", "HORIZON must be", "", ""),
    ("CONSOLIDATE DRY ^", "end of query", "RUN", ""),
    ("RECALL ^$cue", "parameter $cue has no value", "", ""),
];

fn fault_of(text: &str) -> Fault {
    parse(text).err().unwrap_or_else(|| panic!("{text} is a query"))
}

#[test]
fn a_fault_names_the_place_what_was_expected_and_what_was_meant() {
    for (marked, message, expected, meant) in INVALID {
        let offset = marked.find('^').unwrap();
        let text = marked.replacen('^', "", 1);
        let fault = fault_of(&text);
        // Within a wrong `>>` the second sign is what does not fit.
        let offset = if text.contains(">>") { offset + 1 } else { offset };
        assert_eq!(fault.offset, offset, "{text}: {fault:?}");
        assert!(fault.message.contains(message), "{text}: {fault:?}");
        assert!(expected.is_empty() || fault.expected.iter().any(|e| e.contains(expected)), "{text}: {fault:?}");
        assert_eq!(fault.meant.unwrap_or_default(), *meant, "{text}: {fault:?}");
    }
}

#[test]
fn every_hint_ends_with_an_example_that_is_a_query() {
    for (marked, ..) in INVALID {
        let text = marked.replacen('^', "", 1);
        let hint = fault_of(&text).hint(Some(ID));
        let example = hint.split_once("For example: ").expect("there is one").1;
        assert!(parse(example).is_ok(), "{text}: {hint}");
        if let Some(word) = fault_of(&text).meant {
            assert!(hint.starts_with(&format!("Did you mean {word}? ")), "{hint}");
        }
    }
}

#[test]
fn the_mark_is_below_the_place() {
    let text = "RECALL \"boat\"\n  WHERE ocurred AFTER today";
    let detail = fault_of(text).detail(text).unwrap();
    let lines: Vec<&str> = detail.lines().collect();
    assert_eq!(lines[0], "Line 2 of the query:");
    let lines = &lines[1..];
    assert_eq!(lines[0], "  WHERE ocurred AFTER today");
    assert_eq!(lines[1].find('^'), lines[0].find("ocurred"));
    assert!(lines[2].starts_with("Expected content, created, occurred, "), "{detail}");
    let long = format!("RECALL '{}' ocurred {}", "\u{e9}".repeat(200), "y".repeat(200));
    let detail = fault_of(&long).detail(&long).unwrap();
    let lines: Vec<Vec<char>> = detail.lines().skip(1).map(|l| l.chars().collect()).collect();
    let mark = lines[1].iter().position(|c| *c == '^').unwrap();
    assert_eq!(lines[0][mark..mark + 7].iter().collect::<String>(), "ocurred");
    assert_eq!(fault_of(&long).position(&long), 211);
}

#[test]
fn a_text_that_is_too_long_is_not_looked_at() {
    let fault = fault_of(&" ".repeat(engram_query::MAX_BYTES + 1));
    assert_eq!(fault.kind, Kind::Length);
}

#[test]
fn values_stand_for_names_and_never_become_words() {
    let params = json!({
        "cue": "boat\" LIMIT 1 --", "n": 3, "ids": [ID, ID], "v": [1, 0.5], "one": ID, "at": "3 days ago",
        "partial": {"who": "Ana"}, "yes": true, "kind": "x OR 1"
    });
    let params = Params::from_json(&params).unwrap();
    let written = |text: &str| parse_with(text, &params).unwrap_or_else(|f| panic!("{text}: {f:?}")).to_string();
    assert_eq!(written("RECALL $cue LIMIT $n"), "RECALL \"boat\\\" LIMIT 1 --\" LIMIT 3");
    assert_eq!(written("RECALL $v THRESHOLD 0.5"), "RECALL [1, 0.5] THRESHOLD 0.5");
    assert_eq!(written("SPREAD FROM $ids"), format!("SPREAD FROM {ID}, {ID}"));
    assert_eq!(written("SPREAD FROM $one"), format!("SPREAD FROM {ID}"));
    assert_eq!(written("COMPLETE $partial"), "COMPLETE {\"who\":\"Ana\"}");
    assert_eq!(
        written("RECALL 'x' WHERE occurred AFTER $at AND kind = $kind AND metadata.a = $yes"),
        "RECALL \"x\" WHERE occurred AFTER 3 days ago AND kind = \"x OR 1\" AND metadata.\"a\" = true"
    );
    let missing = parse_with("RECALL 'x' LIMIT $m", &params).unwrap_err();
    assert_eq!((missing.kind, missing.offset), (Kind::Parameter, 17));
    assert!(parse_with("$cue 'x'", &params).is_err());
    assert!(Params::from_json(&json!([1])).is_err());
    assert!(Params::from_json(&json!({"a": ["x"]})).is_err());
}

#[test]
fn clauses_come_in_any_order() {
    let a = parse("RECALL 'x' LIMIT 2 SINCE 2025-01-01 WHERE kind = a IN SPACE s CONFIDENCE > 0.5").unwrap();
    let b = parse("RECALL 'x' CONFIDENCE > 0.5 IN SPACE s WHERE kind = a SINCE 2025-01-01 LIMIT 2").unwrap();
    assert_eq!(a, b);
    assert!(matches!(a.statement, Statement::Recall { limit: Some(2), .. }));
}

#[test]
fn every_example_of_the_reference_is_a_query() {
    let page = include_str!("../../../docs/reference/query.md");
    let params = Params::from_json(&json!({ "cue": "boat", "source": "mail" })).unwrap();
    let mut examples = 0;
    for rest in page.split("FROM engram_query('").skip(1) {
        let text = &rest[..rest.find('\'').expect("it is quoted")];
        examples += 1;
        assert!(parse_with(text, &params).is_ok(), "{text}: {:?}", parse_with(text, &params));
    }
    assert!(examples > 5);
}
