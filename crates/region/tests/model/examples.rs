//! Examples: what sequences of random operations would seldom meet.

use super::common::{Bytes, add_space, evict};
use super::{id, record};
use engram_region::edges::Association;
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::settle::Outcome;
use engram_region::{Directory, Record, Space, SpaceKey, State};
use std::collections::BTreeSet;

/// One of many records, which differ in words from those of another number.
fn numbered(n: u8, copy: u16) -> Record {
    let mut record = record(n, 5, u64::from(copy));
    record.id[12..14].copy_from_slice(&copy.to_be_bytes());
    record
}

/// The memories that hold a word, with the sums of all their words as BM25 has them.
fn by_word(space: Space<'_>, word: u64) -> Vec<([u8; 16], u32)> {
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("the space is ready");
    let words = reader.words(&[word, 42]).expect("nothing moves");
    let sums = reader.sums(&words, &[2.0, 0.5], 5.0, Default::default()).expect("nothing moves");
    let best = reader.best_by_words(&sums, 5_000, None).expect("nothing moves");
    best.into_iter().map(|(node, units)| (reader.found(node).id, units)).collect()
}

#[test]
fn a_space_that_has_outgrown_forward_lists_answers_as_before_without_them() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    let mut n: u16 = 0;
    while space.scattered_segment().is_none() {
        space.load(&numbered(n as u8, n >> 8), &Seen::default()).expect("room");
        n += 1;
    }
    let words: Vec<u64> = numbered(7, 0).terms.iter().map(|t| t.0).collect();
    let before: Vec<_> = words.iter().map(|word| by_word(space, *word)).collect();
    assert_eq!(before[0].len(), usize::from(n), "all share a word");
    let mut moved = 0;
    while let Some(mut victim) = space.scattered_segment() {
        moved += victim.survivors();
        while space.read_terms(&mut victim) {}
        while space.move_survivors(&mut victim, 16).expect("room") {}
        assert!(space.give_back(&victim), "nothing is left behind");
    }
    assert!(moved >= 64, "{moved}");
    let after: Vec<_> = words.iter().map(|word| by_word(space, *word)).collect();
    assert_eq!(after, before);
    assert_eq!(space.violations(), Vec::<String>::new());
}

#[test]
fn a_segment_loaded_in_bulk_answers_as_one_loaded_row_by_row() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let one = add_space(&directory, "one by one", State::Loading);
    let many = add_space(&directory, "in bulk", State::Loading);
    // Some rows are without a code, and one was deleted while the space was loading.
    let rows: Vec<Record> = (0..24).flat_map(|n| (0..50).map(move |copy| numbered(n, copy))).collect();
    let mut bulk = many.begin_bulk(rows.len() as u32, 16).expect("room");
    many.publish_delete(900, &rows[30].id).expect("a tombstone");
    for row in &rows {
        one.load(row, &Seen::default()).expect("room");
        many.load_bulk(&mut bulk, row, &Seen::default()).expect("room");
    }
    assert!(many.seal(&bulk.sorted()).expect("room"), "the segment is still the same");
    one.publish_delete(900, &rows[30].id).expect("known");
    for space in [one, many] {
        space.set_ready();
        while space.settle(|_| Outcome::Committed, 1_000) {}
        assert_eq!(space.violations(), Vec::<String>::new());
        assert_eq!(space.stats().memories as usize, rows.len() - 1);
    }
    for word in rows.iter().take(200).flat_map(|r| r.terms.iter().map(|t| t.0)) {
        assert_eq!(by_word(many, word), by_word(one, word));
    }
    // It takes part in everything else: the survivors of its eviction answer as before.
    evict(many);
    assert_eq!(many.violations(), Vec::<String>::new());
}

#[test]
fn an_edge_outlives_the_update_of_its_memories_and_dies_with_its_transaction() {
    let bytes = Bytes::new(4 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    for n in 1..4 {
        space.load(&record(n, 5, 1), &Seen::default()).expect("room");
    }
    let edge = |target: u8, changed| Association { source: id(1), target: id(target), kind: 0, weight: 10, changed };
    space.publish_edge(50, &edge(2, 50)).expect("room");
    space.publish_edge(60, &edge(3, 60)).expect("room");
    space.settle(|x| if x == 50 { Outcome::Committed } else { Outcome::Aborted }, 100);
    assert_eq!(space.edge_summaries(), vec![(id(1), id(2), 0)]);
    space.publish_delete(70, &id(2)).expect("known");
    space.publish(70, &record(2, 70, 9)).expect("room");
    space.settle(|_| Outcome::Committed, 100);
    assert_eq!(space.edge_summaries(), vec![(id(1), id(2), 0)]);
    assert!(matches!(space.publish_edge_delete(80, &edge(2, 80)), Ok(Some(_))));
    space.settle(|_| Outcome::Committed, 100);
    assert_eq!(space.edge_summaries(), vec![]);
    assert_eq!(space.violations(), Vec::<String>::new());
}

#[test]
fn a_handle_stays_good_while_spaces_are_added() {
    let bytes = Bytes::new(8 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let key = SpaceKey { database: 1, table: 2, name: "first" };
    let first = directory.space(directory.find_or_add(&key).expect("room"));
    for n in 0..100 {
        directory.find_or_add(&SpaceKey { name: &format!("space {n}"), ..key }).expect("room");
        first.touch(n);
        let again = directory.space(directory.find(&key).expect("it is there"));
        assert_eq!(again.used(), n, "what is written through the handle is written to the space");
    }
}

#[test]
fn an_edge_that_is_deleted_while_the_space_loads_is_read_again() {
    let bytes = Bytes::new(1 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Loading);
    for n in 1..3 {
        space.load(&record(n, 5, 1), &Seen::default()).expect("room");
    }
    let edge = Association { source: id(1), target: id(2), kind: 0, weight: 1 << 16, changed: 5 };
    // The loader's snapshot is older than the deletion and finds the row after it was published.
    assert_eq!(space.publish_edge_delete(9, &edge), Ok(None));
    space.load_edge(&edge).expect("room");
    assert!(space.unsettled().iter().any(|e| e.xid == 9 && e.needs_load), "who sees the deletion reads the tables");
    space.load_edges_of(&id(1), &[], &Seen::default()).expect("room");
    space.set_ready();
    let reader = Reader::new(space, Seen::new(vec![9]), NoPause);
    assert!(matches!(reader, Err(engram_region::read::Stopped::NeedsLoad(9))));
    space.clear_needs_load(9);
    let reader = Reader::new(space, Seen::new(vec![9]), NoPause).expect("it was loaded");
    assert!(reader.every_edge().is_empty());
}

#[test]
fn what_is_deleted_before_its_rows_were_read_stays_deleted() {
    let bytes = Bytes::new(1 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    // What transaction 5 made is in the tables only. Transaction 9 deletes some of it, and publishes that before it commits.
    space.publish_collapsed(5).expect("room");
    let edge = Association { source: id(1), target: id(2), kind: 0, weight: 1 << 16, changed: 5 };
    assert_eq!(space.publish_edge_delete(9, &edge), Ok(None));
    assert!(matches!(space.publish_delete(9, &id(2)), Ok(Some(_))));
    // A loader that does not see transaction 9 finds the rows.
    let before = Seen::new(vec![5]);
    (1..3).for_each(|n| space.load(&record(n, 5, 1), &before).expect("room"));
    space.load_edges_of(&id(1), &[edge], &before).expect("room");
    space.clear_needs_load(5);
    space.freeze_through(5);
    let of = |seen: Vec<u64>| {
        let mut reader = Reader::new(space, Seen::new(seen), NoPause)?;
        let memories: Vec<_> = reader.everything()?.iter().map(|m| m.id).collect();
        Ok((memories, reader.every_edge().len()))
    };
    assert_eq!(of(vec![5]), Ok((vec![id(1), id(2)], 1)));
    assert_eq!(of(vec![5, 9]), Err(engram_region::read::Stopped::NeedsLoad(9)));
    space.load_edges_of(&id(1), &[], &Seen::new(vec![5, 9])).expect("room");
    space.clear_needs_load(9);
    while space.settle(|_| Outcome::Committed, 20) {}
    assert_eq!(of(vec![5, 9]), Ok((vec![id(1)], 0)));
    assert_eq!(space.violations(), Vec::<String>::new());
}

#[test]
fn an_edge_that_a_loader_does_not_find_goes_although_its_maker_is_listed() {
    let bytes = Bytes::new(1 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Following);
    for n in 1..3 {
        space.load(&record(n, 5, 1), &Seen::default()).expect("room");
    }
    let edge = |weight, changed| Association { source: id(1), target: id(2), kind: 0, weight, changed };
    space.publish_edge(9, &edge(1 << 16, 9)).expect("room");
    while space.settle(|_| Outcome::Committed, 9) {}
    let seen = || Seen::new(vec![9]);
    let weights = || -> Vec<u32> {
        let reader = Reader::new(space, seen(), NoPause).expect("the space answers");
        reader.edges_from(&id(1)).iter().map(|a| a.weight).collect()
    };
    assert_eq!(weights(), [1 << 16]);
    // Its weight was changed, and then it was deleted, by transactions that the loader sees and that published nothing.
    space.load_edges_of(&id(1), &[edge(1 << 15, 11)], &seen()).expect("room");
    assert_eq!(weights(), [1 << 15]);
    space.load_edges_of(&id(1), &[], &seen()).expect("room");
    assert_eq!(weights(), [0_u32; 0]);
    while space.settle(|_| Outcome::Committed, 20) {}
    assert_eq!((weights(), space.violations()), (vec![], vec![]));
}

#[test]
fn a_text_stored_again_and_again_is_still_found_and_leaves_nothing_behind() {
    let bytes = Bytes::new(16 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    for copy in 0..300 {
        space.load(&Record { digest: 7, ..numbered(1, copy) }, &Seen::default()).expect("there is room");
    }
    let same = |space| Reader::new(space, Seen::default(), NoPause).expect("the space is ready").same_digest(7);
    assert!((1..300).contains(&same(space).len()), "listed a few times");
    for copy in 0..300 {
        space.load_delete(&numbered(1, copy).id, &Seen::default());
    }
    assert_eq!(space.violations(), Vec::<String>::new());
    assert!(same(space).is_empty() && !space.may_have_digest(7));
}

#[test]
fn what_is_pinned_stays_and_what_is_cold_never_comes() {
    let bytes = Bytes::new(8 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    let rows: Vec<Record> = (0..200)
        .map(|n| Record { pinned: n % 10 == 0, cold: n % 10 == 1, ..numbered((n % 24) as u8, n / 24) })
        .collect();
    rows.iter().for_each(|row| space.load(row, &Seen::default()).expect("room"));
    assert_eq!(space.stats().cold, 20);
    for _ in 0..8 {
        evict(space);
    }
    assert_eq!(space.violations(), Vec::<String>::new());
    let resident: BTreeSet<[u8; 16]> = space.summaries().iter().filter(|s| s.resident).map(|s| s.id).collect();
    assert!(rows.iter().filter(|r| r.pinned).all(|r| resident.contains(&r.id)));
    assert!(resident.len() < 60, "{}", resident.len());
    assert!(rows.iter().filter(|r| r.cold).all(|r| !space.readmit(r).expect("room")));
    // Everything outside is listed: with the resident ones that is every memory with the word that all share.
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("ready");
    let resident_df = reader.words(&[42]).expect("nothing moves").df[0];
    assert_eq!(resident_df + reader.outside_frequencies(&[42])[0], 200);
}

#[test]
fn memories_loaded_thin_come_back_whole() {
    let bytes = Bytes::new(8 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let (thin, whole) = (add_space(&directory, "thin", State::Ready), add_space(&directory, "whole", State::Ready));
    let rows: Vec<Record> = (0..100).map(|n| numbered((n % 24) as u8, n / 24)).collect();
    for row in &rows {
        thin.load_thin(row, &Seen::default(), row.id[3] % 2 == 0).expect("room");
        whole.load(row, &Seen::default()).expect("room");
    }
    assert_eq!((thin.stats().resident, thin.stats().memories), (0, 100));
    assert_eq!(thin.stats().warm as usize, rows.iter().filter(|r| r.id[3] % 2 == 0).count());
    for row in &rows {
        assert!(thin.readmit(row).expect("room"));
        assert!(!thin.readmit(row).expect("room"), "it is there");
    }
    assert_eq!(thin.violations(), Vec::<String>::new());
    assert_eq!(thin.outside_terms(), Some(Vec::new()));
    for word in rows.iter().flat_map(|r| r.terms.iter().map(|t| t.0)) {
        assert_eq!(by_word(thin, word), by_word(whole, word));
    }
}

#[test]
fn what_a_transaction_has_just_stored_is_found_by_its_words_also_alone_in_a_segment() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    // As many as forward lists take, and a few more: the next segment has an index.
    for n in 0..540u16 {
        let me = 1_000 + u64::from(n);
        let own = Record { changed: me, ..numbered(n as u8, n >> 8) };
        let word = own.terms[0].0;
        space.publish(me, &own).expect("room");
        if n > 420 {
            let mut reader = Reader::new(space, Seen::new(vec![me]), NoPause).expect("the space is ready");
            let words = reader.words(&[word]).expect("nothing moves");
            let sums = reader.sums(&words, &[2.0], 5.0, Default::default()).expect("nothing moves");
            let best = reader.best_by_words(&sums, 5_000, None).expect("nothing moves");
            assert!(best.iter().any(|(node, _)| reader.found(*node).id == own.id), "number {n}");
        }
        while space.settle(|_| Outcome::Committed, u64::MAX) {}
    }
}
