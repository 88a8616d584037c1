//! Reading a query: less than 100 us for what people and programs write.

use criterion::{Criterion, criterion_group, criterion_main};
use std::fmt::Write;
use std::hint::black_box;

const SHORT: &str = r#"RECALL "boat" LIMIT 10"#;
const LONG: &str = r#"EXPLAIN RECALL "what did Ana say about the boat" -- everything at once
    WHERE content CONTAINS "Saltmere" AND occurred BETWEEN 2025-01-01 AND "2025-12-31 23:59:59+01:00"
      AND kind = episode AND source = "mail" AND metadata.place.name = "the harbour" AND confidence >= 0.6
    CONFIDENCE < 0.95 SINCE 2020-01-01 AS OF 2026-01-01T12:00:00Z IN SPACE "team 7" LIMIT 25;"#;
const WRONG: &str = r#"RECALL "boat" WHERE ocurred AFTER 2025-01-01 LIMIT 10"#;
const SPREAD: &str =
    "SPREAD FROM 01890a5d-ac96-774b-bcce-b302099a8057, 01890a5d-ac96-774b-bcce-b302099a8058 MAX_HOPS 3 DECAY 0.3";

fn vector(dimensions: usize) -> String {
    let mut text = String::from("RECALL [");
    for n in 0..dimensions {
        let comma = if n == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{:.6}", (n as f32 * 0.37).sin());
    }
    text + "] THRESHOLD 0.8 LIMIT 10"
}

fn parse(c: &mut Criterion) {
    let with_vector = vector(768);
    let texts = [("short", SHORT), ("long", LONG), ("wrong", WRONG), ("spread", SPREAD), ("vector_768", &with_vector)];
    for (name, text) in texts {
        c.bench_function(&format!("parse/{name}"), |b| b.iter(|| engram_query::parse(black_box(text)).is_ok()));
    }
    let fault = engram_query::parse(WRONG).expect_err("it is wrong");
    c.bench_function("fault/wrong", |b| {
        b.iter(|| (fault.detail(WRONG), fault.hint(Some("an id")), fault.position(WRONG)))
    });
}

criterion_group!(benches, parse);
criterion_main!(benches);
