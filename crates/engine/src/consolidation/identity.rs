//! Which former belief a cluster is: identity by overlap of evidence.
//!
//! A cluster and a former belief are linked when they share at least half of the smaller of the two. Links are taken greedily, the
//! greatest Jaccard similarity of their evidence first, one to one: active beliefs before retired ones, so that none that comes
//! back takes a cluster from one that is there. Equal links go by the number shared, then by the ids. What a cluster did not get by a link
//! is lineage: a belief of whose evidence half or more went into a cluster of another id was merged into it, and a new cluster
//! of which half or more was evidence of a former belief was split from it.

use super::belief::{Former, Id};
use std::collections::BTreeSet;
use xxhash_rust::xxh3::Xxh3;

/// What a run did with the identity of a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    Kept,
    /// It was retired, and its evidence is there again.
    Revived,
    Formed,
}

/// How a belief came from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Descent {
    Merged,
    Split,
}

impl Descent {
    /// As SQL has it.
    pub fn name(self) -> &'static str {
        match self {
            Descent::Merged => "merged",
            Descent::Split => "split",
        }
    }
}

/// A belief that another came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parent {
    pub id: Id,
    pub descent: Descent,
}

/// Who a cluster is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: Id,
    pub how: How,
    /// Ascending.
    pub parents: Vec<Parent>,
}

/// Why an active belief is retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retired {
    /// Its evidence is in no cluster.
    Gone,
    /// It is part of this belief now.
    Into(Id),
    /// Its evidence is spread over several, none of which has half of it.
    Dispersed,
}

/// Who all clusters of a class are, in their order, and which active beliefs are none of them, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    pub of: Vec<Identity>,
    pub retired: Vec<(Id, Retired)>,
}

/// One that may be the other.
struct Link {
    cluster: usize,
    former: usize,
    shared: usize,
    /// Evidence of either.
    union: usize,
}

/// Says which former belief each cluster of a class is.
///
/// `clusters` hold the ids of their members, ascending, and no id is in two of them; `former` are the beliefs of this class, active and
/// retired. The id of a new one is a hash of the space, the class and its evidence.
pub fn identify(space: &str, class: Option<&str>, clusters: &[&[Id]], former: &[Former]) -> Identities {
    let links = links(clusters, former);
    let mut of: Vec<Option<(usize, How)>> = vec![None; clusters.len()];
    let mut taken = vec![false; former.len()];
    for (retired, how) in [(false, How::Kept), (true, How::Revived)] {
        for link in links.iter().filter(|link| former[link.former].retired == retired) {
            let half = clusters[link.cluster].len().min(former[link.former].evidence.len());
            if link.shared * 2 >= half && of[link.cluster].is_none() && !taken[link.former] {
                of[link.cluster] = Some((link.former, how));
                taken[link.former] = true;
            }
        }
    }

    // A belief whose evidence the table has lost is known by its id again when its founding evidence is back.
    let mut dormant = BTreeSet::new();
    let mut in_use = BTreeSet::new();
    for (at, belief) in former.iter().enumerate() {
        let names = if belief.retired && !taken[at] { &mut dormant } else { &mut in_use };
        names.insert(belief.id);
    }
    let mut identities: Vec<Identity> = Vec::with_capacity(clusters.len());
    for (cluster, former_of) in clusters.iter().zip(&of) {
        let (id, how) = match *former_of {
            Some((at, how)) => (former[at].id, how),
            None => {
                let id = founded_on(space, class, cluster, &in_use);
                (id, if dormant.contains(&id) { How::Revived } else { How::Formed })
            }
        };
        in_use.insert(id);
        identities.push(Identity { id, how, parents: Vec::new() });
    }

    let mut into: Vec<Option<usize>> = vec![None; former.len()];
    let mut seen = vec![false; former.len()];
    for link in links.iter().filter(|link| !former[link.former].retired) {
        seen[link.former] = true;
        let own = of[link.cluster].is_some_and(|(at, _)| at == link.former);
        if own {
            continue;
        }
        let parent = former[link.former].id;
        if !taken[link.former] {
            if into[link.former].is_none() && link.shared * 2 >= former[link.former].evidence.len() {
                into[link.former] = Some(link.cluster);
                identities[link.cluster].parents.push(Parent { id: parent, descent: Descent::Merged });
            }
        } else if of[link.cluster].is_none() && link.shared * 2 >= clusters[link.cluster].len() {
            identities[link.cluster].parents.push(Parent { id: parent, descent: Descent::Split });
        }
    }
    for identity in &mut identities {
        identity.parents.sort_unstable();
    }
    let mut retired: Vec<(Id, Retired)> = (0..former.len())
        .filter(|&at| !former[at].retired && !taken[at])
        .map(|at| match into[at] {
            Some(cluster) => (former[at].id, Retired::Into(identities[cluster].id)),
            None if seen[at] => (former[at].id, Retired::Dispersed),
            None => (former[at].id, Retired::Gone),
        })
        .collect();
    retired.sort_unstable_by_key(|r| r.0);
    Identities { of: identities, retired }
}

/// All pairs that share evidence, the best first.
fn links(clusters: &[&[Id]], former: &[Former]) -> Vec<Link> {
    let mut members: Vec<(Id, usize)> =
        clusters.iter().enumerate().flat_map(|(at, ids)| ids.iter().map(move |&id| (id, at))).collect();
    members.sort_unstable();
    let mut links = Vec::new();
    for (at, belief) in former.iter().enumerate() {
        let mut of: Vec<usize> = belief
            .evidence
            .iter()
            .filter_map(|(id, _)| members.binary_search_by(|m| m.0.cmp(id)).ok())
            .map(|found| members[found].1)
            .collect();
        of.sort_unstable();
        for run in of.chunk_by(|a, b| a == b) {
            let (cluster, shared) = (run[0], run.len());
            let union = clusters[cluster].len() + belief.evidence.len() - shared;
            links.push(Link { cluster, former: at, shared, union });
        }
    }
    links.sort_unstable_by(|a, b| {
        let by_jaccard = (b.shared as u128 * a.union as u128).cmp(&(a.shared as u128 * b.union as u128));
        by_jaccard
            .then(b.shared.cmp(&a.shared))
            .then_with(|| former[a.former].id.cmp(&former[b.former].id))
            .then_with(|| clusters[a.cluster].first().cmp(&clusters[b.cluster].first()))
    });
    links
}

/// The id of a belief founded on this evidence: a version 8 UUID of the hash. One that is in use already is passed over: its belief
/// was founded on the same evidence and has grown into something else since.
fn founded_on(space: &str, class: Option<&str>, evidence: &[Id], in_use: &BTreeSet<Id>) -> Id {
    for turn in 0u64.. {
        let mut hash = Xxh3::new();
        for text in [Some(space), class] {
            hash.update(&text.map_or(u64::MAX, |t| t.len() as u64).to_le_bytes());
            hash.update(text.unwrap_or_default().as_bytes());
        }
        evidence.iter().for_each(|id| hash.update(id));
        hash.update(&turn.to_le_bytes());
        let mut id = hash.digest128().to_be_bytes();
        id[6] = 0x80 | (id[6] & 0x0F);
        id[8] = 0x80 | (id[8] & 0x3F);
        if !in_use.contains(&id) {
            return id;
        }
    }
    unreachable!("a set in memory does not hold every hash")
}
