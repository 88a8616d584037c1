//! Which cues a space knows, and up to which change they were looked for in older texts.

use crate::chunks;
use crate::record::{ABOUT, Cue};
use crate::space::{Space, field};

/// Who mentions a cue, as far as settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mentions {
    /// Memories that mention it.
    pub memories: u32,
    /// Those of them that are about it.
    pub about: u32,
}

impl Space<'_> {
    /// Who mentions a cue; none where nothing ever did.
    pub fn mentions_of(&self, hash: u64) -> Option<Mentions> {
        let cue: Cue = self.region.read(self.cue_at(self.find_cue(hash)?));
        Some(Mentions { memories: cue.df, about: cue.about })
    }

    /// Whether a version that was made before transaction `xid` mentions a cue, or so many do that the cue may pass for known.
    pub fn is_mentioned_before(&self, hash: u64, xid: u64) -> bool {
        let Some(at) = self.find_cue(hash).map(|i| self.cue_at(i)) else { return false };
        let cue: Cue = self.region.read(at);
        const MOST: u32 = 1_024;
        let mut before = cue.mentions.n > MOST;
        chunks::while_each(&self.region, &cue.mentions, |run| {
            before = before || run.iter().any(|m| self.node(m & !ABOUT).xmin < xid);
            !before
        });
        before
    }

    /// Changes published so far, modulo 2^32.
    pub fn published(&self) -> u32 {
        self.region.read::<u64>(field!(self, sequence)) as u32
    }

    /// What [`Space::published`] was when cues were last looked for in older texts.
    pub fn linked(&self) -> u32 {
        self.region.read(field!(self, linked))
    }

    /// Remembers that cues were looked for up to these changes.
    pub fn set_linked(&self, published: u32) {
        self.region.write(field!(self, linked), published);
    }
}
