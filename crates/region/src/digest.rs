//! The same text again: memories by a digest of text and context, whether their codes and postings are in the region or not.
//!
//! A digest has 32 bits, so it proposes: whoever asks compares the texts. It lies in the node and in a table of the space, 13 bytes
//! for a memory. Texts that are stored again and again are listed a few times only, since a chain of equal tags is walked from
//! its beginning; who removes the listed ones of such a text may store it once more than needed.

use crate::read::{Pause, Reader};
use crate::record::{DEAD, Node, USED};
use crate::space::{Space, field};
use crate::{Full, hash};

/// Nodes listed for one digest at most.
const LISTED: usize = 32;

impl Space<'_> {
    /// Lists a new node; room was reserved.
    pub(crate) fn list_digest(&self, node: u32, digest: u32) -> Result<(), Full> {
        if digest == 0 || self.n_listed(digest) >= LISTED {
            return Ok(());
        }
        hash::insert(&self.region, self.owner(), field!(self, digests), digest, node)
    }

    pub(crate) fn unlist_digest(&self, node: u32, digest: u32) {
        if digest != 0 {
            hash::remove(&self.region, field!(self, digests), digest, node);
        }
    }

    fn n_listed(&self, digest: u32) -> usize {
        let mut n = 0;
        hash::find(&self.region, field!(self, digests), digest, |_| {
            n += 1;
            n >= LISTED
        });
        n
    }

    /// Whether any version of any memory has the digest, whoever sees it, or its rows are still to be loaded. A look at one bucket.
    pub fn may_have_digest(&self, digest: u32) -> bool {
        self.n_listed(digest) > 0 || self.needs_load()
    }

    pub(crate) fn check_digests(&self, bad: &mut Vec<String>) {
        hash::for_each(&self.region, field!(self, digests), |digest, node| {
            let n: Node = self.node(node);
            if !n.has(USED) || n.has(DEAD) || n.digest != digest {
                bad.push(format!("digest {digest:x} is listed for node {node}, which has another"));
            }
        });
    }
}

impl<P: Pause> Reader<'_, P> {
    /// Ids of visible memories with the digest, in order.
    pub fn same_digest(&self, digest: u32) -> Vec<[u8; 16]> {
        let mut found = Vec::new();
        hash::find(&self.space.region, field!(self.space, digests), digest, |i| {
            if self.visible(i) {
                found.push(self.id_of(i));
            }
            false
        });
        found.sort_unstable();
        found
    }

    /// Hashes of the cues of a node, sorted.
    pub fn cue_hashes(&self, node: u32) -> Vec<u64> {
        let mut hashes: Vec<u64> = self.space.cues_of(&self.node(node)).iter().map(|c| self.cue_hash(*c)).collect();
        hashes.sort_unstable();
        hashes
    }
}
