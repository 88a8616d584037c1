use super::fixture::{Owned, analyzer, corpus, episodes, id, said};
use crate::consolidation::contradiction::{Ground, Proposal};
use crate::consolidation::identity::How;
use crate::consolidation::linkage::Cluster;
use crate::consolidation::regularity::DAY;
use crate::consolidation::*;

fn belief(n: usize, members: &[Owned]) -> Belief {
    let identity = Identity { id: id(n), how: How::Formed, parents: Vec::new() };
    form(&identity, 0.9, &episodes(members), &[], &corpus(members), &mut analyzer()).unwrap()
}

/// So many independent episodes that say it, from this day on.
fn sayings(first: usize, day: i64, n: usize, text: &str) -> Vec<Owned> {
    (0..n)
        .map(|k| {
            let mut episode = said(first + k, (day + k as i64) * DAY, text);
            episode.source = Some(format!("witness {}", first + k));
            episode
        })
        .collect()
}

#[test]
fn frames_with_different_values_contradict_and_the_newer_supersedes() {
    let old = belief(900, &sayings(1, 0, 5, "Ana lives in Paris."));
    let new = belief(901, &sayings(20, 100, 3, "Ana lives in Rome."));
    let found = contradictions(&[new.clone(), old.clone()], &[]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].one, found[0].other), (id(900), id(901)));
    assert_eq!(found[0].ground, Ground::Frame { one: "Paris".into(), other: "Rome".into() });
    assert_eq!(found[0].resolution.proposal, Proposal::Supersede { keep: id(901), former: id(900) });
    assert!(found[0].resolution.reason.contains("3 independent sources"), "{}", found[0].resolution.reason);

    let mut both = [old.clone(), new.clone()];
    oppose(&mut both, &found);
    for (now, before, other) in [(&both[0], &old, id(901)), (&both[1], &new, id(900))] {
        assert_eq!(now.contradicts, [other]);
        assert!(now.confidence() < before.confidence());
        let cited: Vec<_> = now.citations.iter().filter(|c| !c.supports).map(|c| c.evidence).collect();
        assert_eq!(cited, [other]);
        assert_eq!(now.support().count(), before.support().count());
    }
    assert!(both[0].confidence() > both[1].confidence(), "five witnesses against three");
}

#[test]
fn over_the_same_time_the_stronger_is_preferred_and_even_ones_stay_open() {
    let check = |n: usize, m: usize, expected: Proposal| {
        let a = belief(900, &sayings(1, 0, n, "The meeting is at 10."));
        let b = belief(901, &sayings(20, 1, m, "The meeting is at 11."));
        let found = contradictions(&[a, b], &[]);
        assert_eq!(found[0].resolution.proposal, expected, "{}", found[0].resolution.reason);
        assert_eq!(
            expected.keep(),
            match expected {
                Proposal::Prefer { keep, .. } => Some(keep),
                _ => None,
            }
        );
    };
    check(9, 3, Proposal::Prefer { keep: id(900), doubtful: id(901) });
    check(3, 9, Proposal::Prefer { keep: id(901), doubtful: id(900) });
    check(4, 4, Proposal::Open);
}

#[test]
fn a_newer_one_from_a_single_source_supersedes_nothing() {
    let mut said_once = sayings(20, 100, 3, "Ana lives in Rome.");
    said_once.iter_mut().for_each(|e| e.source = Some("Bob".into()));
    let found = contradictions(&[belief(1, &sayings(1, 0, 2, "Ana lives in Paris.")), belief(2, &said_once)], &[]);
    assert_eq!(found[0].resolution.proposal, Proposal::Open);
    assert!(found[0].resolution.reason.contains("2 are needed"));
}

#[test]
fn what_takes_many_values_or_holds_at_another_time_does_not_contradict() {
    let many: Vec<Belief> = (0..4)
        .map(|n| belief(900 + n, &sayings(10 * n, 0, 3, &format!("The meter reading was {n}50 today"))))
        .collect();
    assert_eq!(contradictions(&many, &[]), []);
    assert_eq!(contradictions(&many[..3], &[]).len(), 3);
    let mut old = sayings(1, 0, 3, "Ana lives in Paris.");
    let mut new = sayings(20, 0, 3, "Ana lives in Rome.");
    old.iter_mut().for_each(|e| e.valid = (None, Some(50 * DAY)));
    new.iter_mut().for_each(|e| e.valid = (Some(50 * DAY), None));
    assert_eq!(contradictions(&[belief(1, &old), belief(2, &new)], &[]), []);
    new.iter_mut().for_each(|e| e.valid = (Some(49 * DAY), None));
    assert_eq!(contradictions(&[belief(1, &old), belief(2, &new)], &[]).len(), 1);
    // One episode of many is not what a belief says.
    let mut mixed = sayings(1, 0, 5, "Ana sails every summer with friends.");
    mixed.push(said(9, 0, "Ana lives in Oslo."));
    assert_eq!(contradictions(&[belief(1, &mixed), belief(2, &sayings(20, 0, 3, "Ana lives in Rome."))], &[]), []);
}

#[test]
fn metadata_contradict_where_both_speak_of_one_cue() {
    let coloured = |first: usize, text: &str, colour: &str| {
        let mut members = sayings(first, 0, 3, text);
        members.iter_mut().for_each(|e| e.metadata = vec![("colour".into(), colour.into())]);
        members
    };
    let red = belief(1, &coloured(1, "Ana painted the big boat yesterday", "red"));
    let blue = belief(2, &coloured(20, "Ana painted the big boat today", "blue"));
    let mut bobs = coloured(30, "somebody painted the big boat today", "green");
    bobs.iter_mut().for_each(|e| e.cues = vec!["bob".into()]);
    let cues = |b: &[Owned]| b.iter().map(|e| e.cues.clone()).collect::<Vec<_>>();
    let mut reds = coloured(1, "Ana painted the big boat yesterday", "red");
    reds.iter_mut().for_each(|e| e.cues = vec!["ana".into()]);
    assert_ne!(cues(&reds), cues(&bobs));
    let with_cue = |first, text, colour| {
        let mut members = coloured(first, text, colour);
        members.iter_mut().for_each(|e| e.cues = vec!["about:ana".into()]);
        members
    };
    let (red, blue) = (
        Belief { id: red.id, ..belief(1, &with_cue(1, "Ana painted the big boat yesterday", "red")) },
        Belief { id: blue.id, ..belief(2, &with_cue(20, "Ana painted the big boat today", "blue")) },
    );
    let found = contradictions(&[red.clone(), blue, belief(3, &bobs)], &[]);
    assert_eq!(found.len(), 1);
    let expected = Ground::Metadata { key: "colour".into(), one: "red".into(), other: "blue".into() };
    assert_eq!(found[0].ground, expected);
    assert_eq!(contradictions(&[red, belief(2, &with_cue(20, "Ana painted the big boat today", "red"))], &[]), []);
}

#[test]
fn a_mark_on_any_memory_of_either_counts_and_names_the_ground() {
    let (a, b) =
        (belief(900, &sayings(1, 0, 3, "Ana lives in Paris.")), belief(901, &sayings(20, 0, 3, "Ana lives in Rome.")));
    let c = belief(902, &sayings(40, 0, 3, "Bob sails every summer"));
    let all = [a, b, c];
    assert_eq!(contradictions(&all, &[]).len(), 1);
    let marked = contradictions(&all, &[(id(21), id(2)), (id(41), id(900)), (id(41), id(42)), (id(7_777), id(1))]);
    assert_eq!(
        marked.iter().map(|c| (c.one, c.other, c.ground.name())).collect::<Vec<_>>(),
        [(id(900), id(901), "marked"), (id(900), id(902), "marked"),]
    );
}

#[test]
fn a_cluster_is_divided_where_its_members_disagree() {
    let mut members = sayings(1, 0, 5, "The meeting is at 10.");
    members.extend(sayings(20, 0, 3, "The meeting is at 11."));
    members.push(said(40, 0, "When is the meeting?"));
    members.push(said(41, 0, "The meeting is at 12."));
    let cluster = Cluster { members: members.iter().map(|e| e.id).collect(), cohesion: 0.8 };
    let parts = separate(&cluster, &episodes(&members), 3);
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].members, [1, 2, 3, 4, 5, 40, 41].map(id));
    assert_eq!(parts[0].against, [id(41)]);
    assert_eq!((parts[1].members.clone(), parts[1].against.len()), (vec![id(20), id(21), id(22)], 0));
    assert!(parts[1].cohesion > 0.999);
    members.reverse();
    assert_eq!(separate(&cluster, &episodes(&members), 3), parts);

    // Too few to be a belief of their own: they speak against.
    let whole = separate(&cluster, &episodes(&members), 4);
    assert_eq!((whole.len(), whole[0].cohesion), (1, 0.8));
    assert_eq!(whole[0].against, [id(20), id(21), id(22), id(41)]);
    let identity = Identity { id: id(9), how: How::Formed, parents: Vec::new() };
    let formed =
        form(&identity, 0.8, &episodes(&members), &whole[0].against, &corpus(&members), &mut analyzer()).unwrap();
    assert_eq!((formed.count, formed.citations.len(), formed.quote.as_str()), (6, 10, "The meeting is at 10."));
    let without = form(&identity, 0.8, &episodes(&members), &[], &corpus(&members), &mut analyzer()).unwrap();
    assert!(formed.confidence() < without.confidence());
}
