use crate::figures::*;
use crate::page;

const NASTY: &str = "<script>alert('x')</script> & \"quoted\" \u{1} ]]> </style> <img src=x onerror=alert(1)>";

fn histogram(counts: [u64; 4]) -> Histogram {
    let mut cumulative = Vec::new();
    let mut n = 0;
    for c in &counts[..3] {
        n += c;
        cumulative.push(n);
    }
    Histogram { bounds: vec![0.001, 0.01, 0.1], cumulative, count: n + counts[3], sum: 1.5 }
}

/// A page on which every text of a user's is one that would do harm.
fn full() -> Report {
    let name = || NASTY.to_owned();
    let operation = |counts| Operation { name: "recall".into(), failures: 2, rows: 30, duration: histogram(counts) };
    Report {
        about: About {
            database: name(),
            space: None,
            role: name(),
            made_at: "2026-11-27 01:30 UTC".into(),
            version: "0.6.0".into(),
            catalog_version: "0.5.0".into(),
            server_version: "15.9".into(),
            preloaded: false,
            standby: Some((90.0, 1 << 20)),
            hot_tier: Some((100 << 20, 1 << 20)),
            evictions: 3,
        },
        server: Some(Server {
            counted_since: "2026-11-27".into(),
            counting: true,
            operations: vec![operation([10, 5, 1, 0]), operation([0, 0, 0, 4]), operation([0; 4])],
            answered: 9,
            empty: 1,
            origins: vec![("stored".into(), 30)],
            confidence: histogram([1, 2, 3, 0]),
            moves: vec![("to_hot".into(), 3)],
            hits: 9,
            misses: 1,
            lock_waits: 0,
            uses: (1, 2, 90.0),
            errors: vec![("57".into(), 2)],
        }),
        spaces: vec![Space { name: name(), hot: 3, warm: 2, cold: 1, ..Space::default() }, Space::default()],
        spaces_in_all: 4,
        days: (1..31).map(|d| Day { date: format!("2026-11-{d:02}"), stored: d }).collect(),
        consolidation: vec![Consolidation {
            space: name(),
            health: "failing".into(),
            reason: name(),
            remedy: Some(name()),
            ..Consolidation::default()
        }],
        beliefs: Some(vec![Belief {
            space: name(),
            content: name(),
            label: Some(name()),
            confidence: 0.8,
            citations: 4,
            period: Some(86_400.0),
        }]),
        beliefs_in_all: 7,
        events: vec![("formed".into(), 3)],
        graphs: vec![Graph {
            space: name(),
            rows: vec![
                GraphRow { metric: format!("hub \"{NASTY}\""), value: Some(4.0), assessment: Some(name()) },
                GraphRow { metric: "share with a shared cue".into(), value: Some(0.5), assessment: None },
                GraphRow { metric: "verdict".into(), value: None, assessment: Some(name()) },
            ],
        }],
        workers: vec![Worker {
            worker: "maintenance".into(),
            database: Some(name()),
            state: "idle".into(),
            failures: 1,
            last_error: Some(name()),
            ..Worker::default()
        }],
        settings: vec![Setting {
            name: "engram.space".into(),
            value: name(),
            default: String::new(),
            source: "user".into(),
        }],
    }
}

#[test]
fn text_of_users_stays_text_wherever_it_stands() {
    let page = page(&full());
    let xml = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let read = roxmltree::Document::parse(xml).unwrap();
    for forbidden in ["script", "img", "iframe", "object"] {
        assert!(read.descendants().all(|e| e.tag_name().name() != forbidden), "{forbidden}");
    }
    for e in read.descendants() {
        assert!(e.attributes().all(|a| !a.name().starts_with("on")), "{e:?}");
    }
    let shown = NASTY.replace('\u{1}', "\u{fffd}");
    let times = read.descendants().filter(|e| e.is_text() && e.text().unwrap_or_default().contains(&shown)).count();
    assert!(times >= 10, "shown only {times} times");
}

#[test]
fn a_page_names_nothing_outside_itself() {
    let page = page(&full()).replace("http://www.w3.org/1999/xhtml", "").replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "url(", "@import", "src="] {
        let found = page.replace("src=x onerror", "").matches(outside).count();
        assert_eq!(0, found, "{outside}");
    }
}

#[test]
fn what_is_wrong_is_said_first() {
    let page = page(&full());
    for said in
        ["shared_preload_libraries", "ALTER EXTENSION", "99 % full", "is failing", "has failed 1 of", "waited 90 s"]
    {
        let at = page.find(said).unwrap_or_else(|| panic!("{said}"));
        assert!(at < page.find("Latency by operation").unwrap(), "{said}");
    }
    assert!(page.contains("2 smaller spaces left out"));
}

#[test]
fn a_page_of_nothing_is_whole_and_says_that_all_is_well() {
    let report = Report { about: About { preloaded: true, ..About::default() }, ..Report::default() };
    let page = page(&report);
    roxmltree::Document::parse(page.strip_prefix("<!DOCTYPE html>").unwrap()).unwrap();
    assert!(page.contains("Nothing calls for attention."));
    assert!(page.contains("What is believed is for those who may read a space."));
    assert!(!page.contains("NaN"));
}
