//! Settling the list of a space: how transactions ended is looked up outside any lock, then entered.

use super::{Hot, Place};
use crate::crash::{self, Point};
use crate::pg;
use crate::pg::xid::{self, Status};
use engram_region::State;
use engram_region::settle::Outcome;

/// How a transaction ended.
pub fn outcome(xid: u64) -> Outcome {
    match xid::status(xid) {
        Status::InProgress => Outcome::InProgress,
        Status::Committed => Outcome::Committed,
        Status::Aborted => Outcome::Aborted,
    }
}

/// Enters what is known of every transaction in the list.
pub fn run(hot: &Hot, place: Place) {
    let horizon = xid::oldest_horizon();
    let Some(list) = hot.read(place, |s| s.unsettled()) else { return };
    let known: Vec<(u64, Outcome)> = list.iter().map(|e| (e.xid, outcome(e.xid))).collect();
    let look_up = |xid| known.iter().find(|k| k.0 == xid).map_or(Outcome::InProgress, |k| k.1);
    crash::at(Point::settle);
    while hot.write(place, |s| s.settle(look_up, horizon)) == Some(true) {
        crash::at(Point::settle_middle);
    }
    if hot.read(place, |s| s.state() == State::Absent && s.wanted()) == Some(true) {
        pg::worker::wake_launcher();
    }
}
