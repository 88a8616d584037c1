//! Sealing the full segments of a space: sorted arrays in the place of hash tables, half the size.

use super::{Hot, Place, evict};
use crate::crash::{self, Point};

/// Seals what can be sealed.
pub fn run(hot: &Hot, place: Place) {
    let mut made_room = false;
    while let Some(Some(segment)) = hot.read(place, |s| s.sealable()) {
        let Some(Some(sorted)) = hot.read(place, |s| s.sort_segment(segment)) else { return };
        crash::at(Point::seal);
        match hot.write(place, |s| s.seal(&sorted)) {
            Some(Ok(_)) => crash::at(Point::seal_end),
            // Once: sealing saves room, and is not worth that others lose theirs for it.
            Some(Err(_)) if !made_room && evict::make_room(hot, place) => made_room = true,
            _ => return,
        }
    }
}
