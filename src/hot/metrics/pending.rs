//! What is counted when its transaction commits, or is prepared: memories that were stored, what became of beliefs.

use super::is_on;
use super::totals::{Total, add};
use crate::pg::xact::{self, Event, SubEvent};
use std::cell::RefCell;

thread_local! {
    /// By the subtransaction that did it.
    static PENDING: RefCell<Vec<(u32, Total, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Asks for calls at the end of transactions.
pub fn init() {
    xact::on_xact(|event| match event {
        Event::PreCommit | Event::PrePrepare => {}
        Event::Commit | Event::Prepare => PENDING.with_borrow_mut(|all| {
            all.iter().for_each(|(_, total, n)| add(*total, *n));
            all.clear();
        }),
        Event::Abort => PENDING.with_borrow_mut(Vec::clear),
    });
    xact::on_subxact(|event, my, parent| match event {
        SubEvent::Start => {}
        SubEvent::Commit => PENDING.with_borrow_mut(|all| {
            let mine: Vec<(Total, u64)> = all.iter().filter(|one| one.0 == my).map(|one| (one.1, one.2)).collect();
            all.retain(|one| one.0 != my);
            mine.into_iter().for_each(|(total, n)| note_in(all, parent, total, n));
        }),
        SubEvent::Abort => PENDING.with_borrow_mut(|all| all.retain(|one| one.0 != my)),
    });
}

/// Notes something that this transaction has done once.
pub fn note(total: Total) {
    if is_on() {
        PENDING.with_borrow_mut(|all| note_in(all, xact::current_subxact(), total, 1));
    }
}

fn note_in(all: &mut Vec<(u32, Total, u64)>, subxact: u32, total: Total, by: u64) {
    match all.iter_mut().find(|one| one.0 == subxact && one.1 == total) {
        Some((_, _, n)) => *n += by,
        None => all.push((subxact, total, by)),
    }
}
