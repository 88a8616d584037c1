//! What a recall depends on, and what it does not.

use super::search::{Hit, Question, search};
use super::{Rows, empty, evict, id, load_in_runs};
use crate::common::{Bytes, add_space, cases};
use engram_engine::code::{Code, quantise};
use engram_engine::spread::Config;
use engram_region::edges::Association;
use engram_region::read::Seen;
use engram_region::settle::Outcome;
use engram_region::{Directory, Record, Space, SpaceKey, State};
use proptest::prelude::*;

/// Memories with their associations.
#[derive(Debug, Clone)]
struct Memories {
    rows: Vec<Record>,
    edges: Vec<Association>,
}

/// How the same memories come into a space.
#[derive(Debug, Clone)]
struct Way {
    /// Sorted by these, the rest after them.
    order: Vec<u32>,
    runs: Vec<(usize, bool)>,
    /// So many of the last are published by a transaction.
    published: usize,
    /// So many others are stored between them and deleted, or rolled back.
    passing: usize,
    evict: bool,
}

const MOST: usize = 40;

fn code() -> impl Strategy<Value = Code> {
    // Few different values, so that ties happen.
    let vector = prop::collection::vec((-2i8..3).prop_map(f32::from), 8);
    vector.prop_filter_map("a zero vector", |v| quantise(&v).ok())
}

fn row() -> impl Strategy<Value = Record> {
    (
        prop::collection::btree_map(0u64..15, 1u16..4, 0..8),
        prop::collection::btree_map(100u64..106, any::<bool>(), 0..4),
        0u64..4,
        0i64..6,
        prop::option::weighted(0.8, code()),
    )
        .prop_map(|(terms, cues, context, occurred_at, code)| {
            let mut terms: Vec<(u64, u16)> = terms.into_iter().map(|(word, n)| (term(word), n)).collect();
            terms.sort_unstable();
            let length = terms.iter().map(|t| u32::from(t.1)).sum();
            let cues = cues.into_iter().collect();
            Record { occurred_at, context, terms, length, cues, code, ..empty(0) }
        })
}

fn term(word: u64) -> u64 {
    (word + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn memories() -> impl Strategy<Value = Memories> {
    let edges = prop::collection::btree_map((0..MOST, 0..MOST, 0u8..6), 1u32..1 << 17, 0..25);
    (prop::collection::vec(row(), 1..MOST), edges).prop_map(|(mut rows, edges)| {
        rows.iter_mut().enumerate().for_each(|(n, row)| row.id = id(n));
        let edge = |((source, target, kind), weight)| Association {
            source: id(source),
            target: id(target),
            kind,
            weight,
            changed: 5,
        };
        Memories { rows, edges: edges.into_iter().map(edge).collect() }
    })
}

fn question() -> impl Strategy<Value = Question> {
    (
        prop::collection::btree_set(0u64..18, 0..5),
        prop::option::weighted(0.7, code()),
        prop::collection::btree_set(100u64..108, 0..3),
        prop::collection::btree_set(0..MOST, 0..2),
        0u64..4,
        any::<bool>(),
        prop_oneof![Just(3usize), Just(10), Just(100)],
        (0u8..5, prop_oneof![Just(1e-4f32), Just(1e-2)], prop_oneof![Just(200_000u64), Just(60)]),
    )
        .prop_map(|(terms, code, cues, ids, context, exact, reach, (hops, threshold, max_edges))| {
            let mut terms: Vec<u64> = terms.into_iter().map(term).collect();
            terms.sort_unstable();
            let cues = cues.into_iter().collect();
            let ids = ids.into_iter().map(id).collect();
            let spread = Config { hops, threshold, max_edges, ..Config::default() };
            Question { terms, code, cues, ids, context, exact, reach, spread }
        })
}

fn way() -> impl Strategy<Value = Way> {
    (
        prop::collection::vec(any::<u32>(), MOST),
        prop::collection::vec((1..15usize, any::<bool>()), 0..5),
        0..MOST,
        0..6usize,
        prop::bool::weighted(0.3),
    )
        .prop_map(|(order, runs, published, passing, evict)| Way { order, runs, published, passing, evict })
}

impl Memories {
    fn by_id(&self) -> Rows {
        self.rows.iter().map(|row| (row.id, row.clone())).collect()
    }

    /// Into a new space, one after the other.
    fn fill(&self, space: Space<'_>) {
        self.rows.iter().for_each(|row| space.load(row, &Seen::default()).expect("room"));
        self.edges.iter().for_each(|edge| space.load_edge(edge).expect("room"));
        space.set_ready();
    }

    /// Into a new space, in another way.
    fn fill_by(&self, space: Space<'_>, way: &Way) {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|n| way.order[*n]);
        let passing: Vec<Record> = self
            .rows
            .iter()
            .cycle()
            .take(way.passing)
            .enumerate()
            .map(|(n, r)| Record { id: id(1_000 + n), ..r.clone() })
            .collect();
        let rows: Vec<&Record> = order.iter().map(|n| &self.rows[*n]).collect();
        let (loaded, published) = rows.split_at(rows.len().saturating_sub(way.published));
        passing.iter().for_each(|row| space.load(row, &Seen::default()).expect("room"));
        self.edges.iter().rev().for_each(|edge| space.load_edge(edge).expect("room"));
        load_in_runs(space, loaded, &way.runs);
        space.set_ready();
        for (n, row) in published.iter().enumerate() {
            if let Some(row) = passing.get(n) {
                let rolled_back = Record { id: id(2_000 + n), changed: 60, ..row.clone() };
                space.publish(60, &rolled_back).expect("room");
            }
            space.publish(50, &Record { changed: 50, ..(*row).clone() }).expect("room");
        }
        passing.iter().for_each(|row| assert!(space.publish_delete(50, &row.id).expect("settled").is_some()));
        let outcome = |xid| if xid == 50 { Outcome::Committed } else { Outcome::Aborted };
        while space.settle(outcome, 1_000) {}
        if way.evict {
            evict(space);
        }
        assert_eq!(space.violations(), Vec::<String>::new());
    }
}

/// Asks in a region of its own that `fill` fills.
fn ask(memories: &Memories, question: &Question, fill: impl FnOnce(Space<'_>)) -> Vec<Hit> {
    let bytes = Bytes::new(8 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Loading);
    fill(space);
    search(space, question, &memories.by_id())
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn activation_is_never_negative_and_a_score_is_between_zero_and_one(m in memories(), q in question()) {
        let hits = ask(&m, &q, |space| m.fill(space));
        prop_assert!(hits.len() <= q.reach);
        for hit in &hits {
            let s = &hit.signals;
            prop_assert!(s.by_cues >= 0.0 && s.by_contiguity >= 0.0 && s.by_association >= 0.0, "{:?}", hit);
            prop_assert!(s.received().is_finite() && s.bm25 >= 0.0 && s.bm25 <= s.bm25_max, "{:?}", hit);
            prop_assert!(hit.score > 0.0 && hit.score <= 1.0 && hit.hops <= q.spread.hops, "{:?}", hit);
        }
        prop_assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
    }

    #[test]
    fn order_and_scores_do_not_depend_on_how_and_in_what_order_memories_were_stored(
        m in memories(), q in question(), way in way(),
    ) {
        // Who is evicted is always a candidate, so only an answer without an end stays the same.
        let way = Way { evict: way.evict && q.reach >= MOST, ..way };
        let expected = ask(&m, &q, |space| m.fill(space));
        prop_assert_eq!(ask(&m, &q, |space| m.fill_by(space, &way)), expected);
    }

    #[test]
    fn what_happens_in_another_space_changes_nothing_and_asking_again_neither(
        m in memories(), others in memories(), q in question(), way in way(),
    ) {
        let bytes = Bytes::new(8 << 20);
        let directory = Directory::format(bytes.region()).expect("room for a directory");
        let space = add_space(&directory, "s", State::Loading);
        m.fill(space);
        let rows = m.by_id();
        let expected = search(space, &q, &rows);
        prop_assert_eq!(&search(space, &q, &rows), &expected);
        // The same ids, words and cues.
        others.fill_by(add_space(&directory, "other", State::Loading), &way);
        prop_assert_eq!(&search(space, &q, &rows), &expected);
        let slot = directory.find(&SpaceKey { database: 1, table: 2, name: "other" }).expect("it is there");
        for row in &others.rows {
            directory.space(slot).publish_delete(70, &row.id).expect("settled");
        }
        while directory.space(slot).settle(|_| Outcome::Committed, 1_000) {}
        prop_assert_eq!(&search(space, &q, &rows), &expected);
        directory.remove(slot);
        prop_assert_eq!(&search(space, &q, &rows), &expected);
        prop_assert_eq!(space.violations(), Vec::<String>::new());
    }
}
