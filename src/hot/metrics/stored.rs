//! Memories that were stored, counted when their transaction commits.

use super::is_on;
use super::totals::{Total, add};
use crate::pg::xact::{self, Event, SubEvent};
use std::cell::RefCell;

thread_local! {
    /// Memories that each subtransaction has stored.
    static STORED: RefCell<Vec<(u32, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Asks for calls at the end of transactions.
pub fn init() {
    xact::on_xact(|event| match event {
        Event::PreCommit | Event::PrePrepare => {}
        Event::Commit | Event::Prepare => STORED.with_borrow_mut(|all| {
            add(Total::Remembered, all.iter().map(|(_, n)| n).sum());
            all.clear();
        }),
        Event::Abort => STORED.with_borrow_mut(Vec::clear),
    });
    xact::on_subxact(|event, my, parent| match event {
        SubEvent::Start => {}
        SubEvent::Commit => STORED.with_borrow_mut(|all| {
            let mine: u64 = all.iter().filter(|(subxact, _)| *subxact == my).map(|(_, n)| n).sum();
            all.retain(|(subxact, _)| *subxact != my);
            note_of(all, parent, mine);
        }),
        SubEvent::Abort => STORED.with_borrow_mut(|all| all.retain(|(subxact, _)| *subxact != my)),
    });
}

/// Notes a memory that this transaction has stored.
pub fn note(subxact: u32) {
    if is_on() {
        STORED.with_borrow_mut(|all| note_of(all, subxact, 1));
    }
}

fn note_of(all: &mut Vec<(u32, u64)>, subxact: u32, by: u64) {
    match all.iter_mut().find(|(of, _)| *of == subxact) {
        Some((_, n)) => *n += by,
        None if by > 0 => all.push((subxact, by)),
        None => {}
    }
}
