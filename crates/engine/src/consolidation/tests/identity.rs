use super::fixture::{Chance, id};
use crate::consolidation::identity::{Descent, How, Retired};
use crate::consolidation::{Former, Id, Identities, identify};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn ids(members: &[usize]) -> Vec<Id> {
    members.iter().map(|&n| id(n)).collect()
}

fn named(clusters: &[Vec<Id>], former: &[Former]) -> Identities {
    let clusters: Vec<&[Id]> = clusters.iter().map(Vec::as_slice).collect();
    identify("s", None, &clusters, former)
}

/// What the next run finds of what this one made of the clusters.
fn former(clusters: &[Vec<Id>], identities: &Identities) -> Vec<Former> {
    let belief = |(members, identity): (&Vec<Id>, &crate::consolidation::Identity)| Former {
        id: identity.id,
        retired: false,
        evidence: members.iter().map(|&m| (m, 1.0)).collect(),
        confidence: 0.7,
        contradicts: Vec::new(),
    };
    clusters.iter().zip(&identities.of).map(belief).collect()
}

fn first(clusters: &[&[usize]]) -> Vec<Former> {
    let clusters: Vec<Vec<Id>> = clusters.iter().map(|c| ids(c)).collect();
    former(&clusters, &named(&clusters, &[]))
}

#[test]
fn a_new_belief_is_named_after_its_space_class_and_evidence() {
    let members = ids(&[1, 2, 3]);
    let name = |space, class| identify(space, class, &[&members], &[]).of[0].id;
    let made = name("s", None);
    assert_eq!(made, name("s", None));
    assert!(made != name("t", None) && made != name("s", Some("")) && name("s", Some("a")) != name("sa", None));
    assert_eq!((made[6] >> 4, made[8] >> 6), (8, 2), "a version 8 UUID");
    assert_ne!(made, identify("s", None, &[&ids(&[1, 2, 4])], &[]).of[0].id);
}

#[test]
fn a_belief_that_loses_or_gains_evidence_stays() {
    let before = first(&[&[1, 2, 3, 4, 5, 6]]);
    for now in
        [&[1, 2, 3, 4, 5, 6, 7][..], &[1, 2, 3], &[4], &[6, 7, 8], &[1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16]]
    {
        let again = named(&[ids(now)], &before);
        let kept = now.iter().filter(|&&n| n <= 6).count() * 2 >= now.len().min(6);
        assert_eq!(again.of[0].id == before[0].id, kept, "{now:?}");
        assert_eq!(again.of[0].how, if kept { How::Kept } else { How::Formed });
    }
}

#[test]
fn of_a_split_the_greater_part_is_the_heir_and_the_other_its_child() {
    let before = first(&[&[1, 2, 3, 4, 5, 6, 7]]);
    let now = named(&[ids(&[1, 2, 3]), ids(&[4, 5, 6, 7])], &before);
    assert_eq!((now.of[1].id, now.of[1].how, now.of[1].parents.len()), (before[0].id, How::Kept, 0));
    assert_eq!(now.of[0].how, How::Formed);
    assert_eq!(
        now.of[0].parents.iter().map(|p| (p.id, p.descent)).collect::<Vec<_>>(),
        [(before[0].id, Descent::Split)]
    );
    assert!(now.retired.is_empty());
}

#[test]
fn of_a_merger_the_greater_belief_stays_and_the_other_is_part_of_it() {
    let before = first(&[&[1, 2, 3], &[4, 5, 6, 7]]);
    let now = named(&[ids(&[1, 2, 3, 4, 5, 6, 7])], &before);
    assert_eq!(now.of[0].id, before[1].id);
    assert_eq!(
        now.of[0].parents.iter().map(|p| (p.id, p.descent)).collect::<Vec<_>>(),
        [(before[0].id, Descent::Merged)]
    );
    assert_eq!(now.retired, [(before[0].id, Retired::Into(before[1].id))]);
}

#[test]
fn a_belief_without_evidence_is_retired_and_revived_when_it_comes_back() {
    let mut before = first(&[&[1, 2, 3], &[10, 11, 12]]);
    let now = named(&[ids(&[10, 11, 12])], &before);
    assert_eq!(now.retired, [(before[0].id, Retired::Gone)]);
    before[0].retired = true;
    let now = named(&[ids(&[1, 2, 3]), ids(&[10, 11, 12])], &before);
    assert_eq!((now.of[0].id, now.of[0].how), (before[0].id, How::Revived));
    assert_eq!((now.of[1].id, now.of[1].how), (before[1].id, How::Kept));
    assert!(now.retired.is_empty());
    // Even where the table does not know any more what it was founded on.
    before[0].evidence.clear();
    let now = named(&[ids(&[1, 2, 3])], &before[..1]);
    assert_eq!((now.of[0].id, now.of[0].how), (before[0].id, How::Revived));
}

#[test]
fn what_comes_back_does_not_take_a_cluster_from_who_is_there() {
    let mut before = first(&[&[1, 2, 3, 4], &[5, 6, 7]]);
    before[0].retired = true;
    let now = named(&[ids(&[1, 2, 3, 4, 5, 6])], &before);
    assert_eq!((now.of[0].id, now.of[0].how), (before[1].id, How::Kept));
}

#[test]
fn a_belief_that_is_spread_thin_is_retired() {
    let before = first(&[&[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    let clusters = [ids(&[1, 20, 21, 22]), ids(&[2, 30, 31, 32]), ids(&[3, 40, 41, 42])];
    assert_eq!(named(&clusters, &before).retired, [(before[0].id, Retired::Dispersed)]);
}

#[test]
fn an_id_that_its_belief_has_outgrown_is_not_given_twice() {
    // Founded on 1, 2, 3; it has grown, and now a part splits off that is just what it was founded on.
    let mut before = first(&[&[1, 2, 3]]);
    before[0].evidence = ids(&[1, 2, 3, 4, 5, 6, 7]).into_iter().map(|m| (m, 1.0)).collect();
    let now = named(&[ids(&[1, 2, 3]), ids(&[4, 5, 6, 7])], &before);
    assert_eq!(now.of[1].id, before[0].id);
    assert_ne!(now.of[0].id, before[0].id);
}

/// Disjoint clusters of 1 to 8 of up to 60 episodes.
fn partition() -> impl Strategy<Value = Vec<Vec<Id>>> {
    (10usize..=60, any::<u64>()).prop_map(|(n, seed)| {
        let mut chance = Chance(seed);
        let mut all: Vec<usize> = (0..n).map(|k| 2 * k).collect();
        chance.shuffle(&mut all);
        let mut clusters = Vec::new();
        while !all.is_empty() {
            let size = (1 + chance.below(8)).min(all.len());
            let mut members = ids(&all.split_off(all.len() - size));
            members.sort_unstable();
            clusters.push(members);
        }
        clusters.sort_unstable();
        clusters
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn one_episode_more_changes_no_identity(clusters in partition(), at in any::<prop::sample::Index>(), odd in 0usize..60) {
        let before = former(&clusters, &named(&clusters, &[]));
        let mut now = clusters.clone();
        let at = at.index(now.len());
        now[at].push(id(2 * odd + 1));
        now[at].sort_unstable();
        let again = named(&now, &before);
        for (identity, former) in again.of.iter().zip(&before) {
            prop_assert_eq!((identity.id, identity.how), (former.id, How::Kept));
            prop_assert!(identity.parents.is_empty());
        }
        prop_assert!(again.retired.is_empty());
    }

    #[test]
    fn no_order_matters_and_no_id_is_given_twice(a in partition(), b in partition(), c in partition(), seed in any::<u64>()) {
        let mut before = former(&a, &named(&a, &[]));
        let second = named(&b, &before);
        // Those that are gone stay in the table.
        for f in &mut before {
            f.retired = second.retired.iter().any(|r| r.0 == f.id);
        }
        before.retain(|f| f.retired);
        before.extend(former(&b, &second));
        let now = named(&c, &before);
        let unique: BTreeSet<Id> = now.of.iter().map(|i| i.id).collect();
        prop_assert_eq!(unique.len(), c.len());
        for (gone, _) in &now.retired {
            prop_assert!(!unique.contains(gone));
        }
        let active = before.iter().filter(|f| !f.retired).count();
        let kept = now.of.iter().filter(|i| i.how == How::Kept).count();
        prop_assert_eq!(kept + now.retired.len(), active);

        let mut chance = Chance(seed);
        let mut turned: Vec<usize> = (0..c.len()).collect();
        chance.shuffle(&mut turned);
        chance.shuffle(&mut before);
        let shuffled: Vec<Vec<Id>> = turned.iter().map(|&at| c[at].clone()).collect();
        let other = named(&shuffled, &before);
        prop_assert_eq!(&other.retired, &now.retired);
        for (place, &at) in turned.iter().enumerate() {
            prop_assert_eq!(&other.of[place], &now.of[at]);
        }
    }

    #[test]
    fn a_split_has_one_heir(clusters in partition(), cut in 1usize..8) {
        let before = former(&clusters, &named(&clusters, &[]));
        for (at, members) in clusters.iter().enumerate().filter(|(_, m)| m.len() > cut) {
            let mut now = clusters.clone();
            now[at] = members[..cut].to_vec();
            now.push(members[cut..].to_vec());
            let again = named(&now, &before);
            let heirs = again.of.iter().filter(|i| i.id == before[at].id).count();
            prop_assert_eq!(heirs, 1);
            let children = again.of.iter().filter(|i| i.parents.iter().any(|p| p.id == before[at].id && p.descent == Descent::Split));
            prop_assert_eq!(children.count(), 1);
            prop_assert!(again.retired.is_empty());
        }
    }
}
