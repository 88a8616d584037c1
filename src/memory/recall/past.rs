//! What a space was believed to be at a time: a private region for one answer, filled from the tables.
//!
//! The region of the present has neither what was superseded since nor former versions, and its frequencies count what came later. So
//! the past is loaded whole, as [`engram.believed`](../../../sql/schema/72_belief.sql) has it, searched as any space is, and given
//! back. Associations are those of the present: their past is not kept.

use crate::error::{Error, Kind};
use crate::hot::governor;
use crate::hot::search as hot_search;
use crate::hot::{self, Hot, Place, private};
use crate::memory::load;
use crate::pg::snapshot::Pinned;
use engram_region::read::{Reader, Stopped};

/// Name of its place in the private region; no space has one with this character.
const NAME: &str = "\0past";

/// The past of one space, as long as this lives.
pub struct Past {
    hot: Hot,
    place: Place,
}

impl Past {
    /// Loads what was believed of a space at a time, through the snapshot that is active.
    pub fn load(name: &str, as_of: i64) -> Result<Past, Error> {
        let no_room = || {
            Error::new(Kind::ProgramLimit, format!("space \"{name}\" does not fit in engram.private_region_size"))
                .with_hint("A recall as of a past time loads the space: raise engram.private_region_size.")
        };
        let hot = private::region();
        let key = hot::key(NAME).ok_or_else(|| Error::unknown_space(name))?;
        let found = hot.find_or_add(&key);
        let place = match found {
            Ok(place) => place,
            Err(_) if private::forget_others(NAME) => hot.find_or_add(&key).map_err(|_| no_room())?,
            Err(_) => return Err(no_room()),
        };
        let past = Past { hot, place };
        governor::uncounted(|| load::past(&past.hot, past.place, name, as_of)).map_err(|_| no_room())?;
        Ok(past)
    }

    /// Runs a search in it.
    pub fn search<R>(
        &self,
        name: &str,
        snapshot: &Pinned,
        search: impl FnMut(&mut Reader<'static, hot_search::LockPause>) -> Result<R, Stopped>,
    ) -> Result<R, Error> {
        hot_search::with_reader(&self.hot, self.place, snapshot, search).map_err(|b| {
            Error::internal(format!("private region of the past of space \"{name}\" did not answer: {b:?}"))
        })
    }
}

impl Drop for Past {
    fn drop(&mut self) {
        self.hot.remove(self.place);
    }
}
