//! Whatever the text, reading ends with a statement or with a fault that can be shown.

use engram_query::{Params, parse, parse_with};
use proptest::prelude::*;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// Pieces of queries, and of what is none.
const PIECES: &[&str] = &[
    "RECALL",
    "SPREAD",
    "COMPLETE",
    "IMAGINE",
    "PREDICT",
    "CONSOLIDATE",
    "EXPLAIN",
    "WHERE",
    "AND",
    "FROM",
    "ANY",
    "LIMIT",
    "THRESHOLD",
    "CONFIDENCE",
    "SINCE",
    "UNTIL",
    "AS OF",
    "IN SPACE",
    "GIVEN",
    "IN CONTEXT",
    "BASED ON",
    "NOVELTY",
    "HORIZON",
    "MAX_HOPS",
    "DECAY",
    "DRY RUN",
    "content CONTAINS",
    "created",
    "occurred",
    "BEFORE",
    "AFTER",
    "BETWEEN",
    "confidence",
    "kind",
    "IN",
    "cue",
    "context",
    "source",
    "metadata",
    ".",
    ",",
    ";",
    "=",
    "<",
    ">=",
    "(",
    ")",
    "-",
    "\"boat\"",
    "'\u{e9}\\n'",
    "\"",
    "{\"a\": 1}",
    "{",
    "[1, 2.5]",
    "[",
    "3",
    "0.5",
    "-1",
    "1e9",
    "2026-03-01",
    "2026-03-01T10:00Z",
    "days",
    "ago",
    "today",
    ID,
    "x",
    "$p",
    "$",
    "--",
    "\n",
    "\u{1f40b}",
    "null",
];

fn check(text: &str, params: &Params) -> Result<(), TestCaseError> {
    match parse_with(text, params) {
        Ok(query) => {
            let written = query.to_string();
            prop_assert_eq!(parse(&written), Ok(query), "{} was written as {}", text, written);
        }
        Err(fault) => {
            prop_assert!(fault.offset <= text.len() && text.is_char_boundary(fault.offset));
            prop_assert!(fault.position(text) >= 1 && !fault.message.is_empty());
            prop_assert!(fault.detail(text).is_some());
            let hint = fault.hint(Some(ID));
            let example = hint.split_once("For example: ").map(|(_, example)| example).unwrap_or_default();
            prop_assert!(parse(example).is_ok(), "{}", hint);
        }
    }
    Ok(())
}

/// Statements that are right, from parts that are.
fn right() -> impl Strategy<Value = String> {
    let when = prop_oneof![
        Just("today".to_owned()),
        (1i32..9999, 1u32..13, 1u32..29).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")),
        (1i32..9999, 0u32..24, -15i32..16).prop_map(|(y, h, o)| format!("\"{y:04}-06-07 {h:02}:08:09.5{o:+03}:30\"")
            .replace("+15:30", "+15:00")
            .replace("-15:30", "-15:00")),
        (0u32..700, 0usize..7).prop_map(|(n, u)| {
            format!("{n} {} AGO", ["second", "minute", "hours", "day", "weeks", "month", "year"][u])
        }),
    ];
    let text = "[^\\\\\"\u{0}]{1,12}x".prop_map(|t| format!("\"{t}\""));
    let condition = prop_oneof![
        text.clone().prop_map(|t| format!("content CONTAINS {t}")),
        text.clone().prop_map(|t| format!("cue = {t}")),
        when.clone().prop_map(|w| format!("created BEFORE {w}")),
        (when.clone(), when.clone()).prop_map(|(a, b)| format!("occurred BETWEEN {a} AND {b}")),
        (0.0f32..=1.0).prop_map(|c| format!("confidence <= {c}")),
    ];
    let pattern = prop_oneof![
        text,
        Just("ANY".to_owned()),
        Just(ID.to_owned()),
        proptest::collection::vec(-1e3f32..1e3, 1..5).prop_map(|v| format!("{v:?} THRESHOLD 0.25")),
    ];
    (pattern, proptest::collection::vec(condition, 0..4), proptest::option::of(when), 1u32..=10_000).prop_map(
        |(pattern, conditions, since, limit)| {
            let clause =
                if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
            let since = since.map_or_else(String::new, |w| format!(" SINCE {w}"));
            format!("RECALL {pattern}{since}{clause} LIMIT {limit}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        check(&text, &Params::default())?;
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..12), tight in any::<bool>()) {
        let params = Params::from_json(&serde_json::json!({"p": "boat\" LIMIT"})).unwrap();
        check(&pieces.join(if tight { "" } else { " " }), &params)?;
    }

    #[test]
    fn what_is_right_is_read(text in right()) {
        prop_assert!(parse(&text).is_ok(), "{}: {:?}", text, parse(&text));
        check(&text, &Params::default())?;
    }
}
