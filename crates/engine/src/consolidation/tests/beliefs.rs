use super::fixture::{Chance, Owned, analyzer, corpus, episodes, id, said};
use crate::confidence;
use crate::consolidation::content::{CUT, LONGEST_QUOTE, compose, quote, quotes};
use crate::consolidation::events::Kind;
use crate::consolidation::identity::How;
use crate::consolidation::linkage::{Class, Portable, Rules};
use crate::consolidation::regularity::{DAY, WEEK};
use crate::consolidation::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

fn identity(n: usize) -> Identity {
    Identity { id: id(n), how: How::Formed, parents: Vec::new() }
}

fn belief(members: &[Owned], all: &[Owned]) -> Belief {
    form(&identity(99), 0.9, &episodes(members), &[], &corpus(all), &mut analyzer()).unwrap()
}

/// Maria's plants: seven Fridays; and what else was said.
fn plants() -> (Vec<Owned>, Vec<Owned>) {
    let members: Vec<Owned> = [
        "Maria waters the plants on the balcony.",
        "Maria waters the plants and the tomatoes.",
        "Plants watered: Maria was on the balcony again.",
        "On the balcony Maria waters tomatoes and plants.",
        "Maria waters the plants.",
        "Maria took the can and watered the plants, tomatoes first.",
        "Maria waters plants with a secretword.",
    ]
    .into_iter()
    .enumerate()
    .map(|(n, text)| said(n + 1, n as i64 * WEEK + (n as i64 % 3) * 3_600_000_000, text))
    .collect();
    let mut all = members.clone();
    for n in 0..20 {
        all.push(said(100 + n, 0, &format!("Somebody wrote a letter about harbour number {n} and its ships")));
    }
    (members, all)
}

#[test]
fn a_belief_reads_like_a_sentence() {
    let (members, all) = plants();
    let b = belief(&members, &all);
    assert_eq!(b.content, "On the balcony Maria waters tomatoes and plants. (7 times)");
    assert!(["plants", "Maria", "waters"].iter().all(|t| b.terms.iter().any(|x| x == t)), "{:?}", b.terms);
    assert_eq!(b.label, b.terms.join(", "));
    assert_eq!((b.count, b.first_at, b.last_at), (7, 0, 6 * WEEK));
    assert_eq!(b.central, id(4));
    let rhythm = b.regularity.unwrap();
    assert_eq!(rhythm.name(), Some("week"));
    assert!(rhythm.strength > 0.95);
    // What one episode alone says is not told.
    assert!(!b.content.contains("secretword") && !b.label.contains("secretword"));
    assert!(quotes(&b.quote, &members[3].content) && !quotes(&b.quote, &members[0].content));
}

#[test]
fn a_belief_is_reworded_from_what_is_left_of_its_evidence() {
    let (mut members, all) = plants();
    let former = belief(&members, &all);
    members.retain(|e| e.id != former.central);
    let left: Vec<Owned> = all.iter().filter(|e| e.id != former.central).cloned().collect();
    let now = belief(&members, &left);
    assert_ne!(now.central, former.central);
    assert!(now.content.contains("(6 times"), "{}", now.content);
    assert!(now.citations.iter().all(|c| c.evidence != former.central));
    assert!(form(&identity(1), 1.0, &[], &[], &corpus(&left), &mut analyzer()).is_none());
}

#[test]
fn a_long_text_is_cut_after_a_sentence_or_else_after_a_word() {
    let sentence = "The boat was painted green in spring. ";
    let long = sentence.repeat(20);
    let cut = quote(&long);
    assert!(cut.len() <= LONGEST_QUOTE + CUT.len() && cut.ends_with("in spring. ..."), "{cut}");
    let endless = "word ".repeat(100);
    assert!(quote(&endless).ends_with("word ...") && quote(&endless).chars().count() <= LONGEST_QUOTE + CUT.len());
    let one = "\u{e9}".repeat(1_000);
    assert_eq!(quote(&one).chars().count(), LONGEST_QUOTE + CUT.len());
    assert_eq!(quote(" a\n  b "), "a b");
    assert_eq!(compose("a", 1, &[]), "a (1 time)");
    assert_eq!(compose("A boat", 3, &["boat".into(), "sea".into()]), "A boat (3 times; also: sea)");
}

#[test]
fn copies_of_one_source_count_once_and_independent_ones_strengthen() {
    let sayings = [
        "The harbour is deep enough",
        "Ships of any size enter there",
        "Pilots praise the deep harbour",
        "Charts show forty metres",
    ];
    let members: Vec<Owned> = sayings.iter().enumerate().map(|(n, text)| said(n + 1, n as i64, text)).collect();
    let free = belief(&members, &members);
    assert_eq!(free.sources, 4);
    let one = confidence::mean(1.4, 0.6);
    assert!(free.confidence() > one && free.evidence_against == 0.6, "{free:?}");
    let mut from_one = members.clone();
    from_one.iter_mut().for_each(|e| e.source = Some("The Pilot".into()));
    let copied = belief(&from_one, &from_one);
    assert_eq!((copied.sources, copied.confidence()), (1, one));
    let repeated: Vec<Owned> = (0..4).map(|n| said(n + 1, n as i64, "The harbour is deep enough")).collect();
    assert_eq!(belief(&repeated, &repeated).sources, 1);
    // What was observed of a member counts with it.
    let mut doubted = members.clone();
    doubted[2].evidence = (1.4, 5.6);
    assert!(belief(&doubted, &doubted).confidence() < free.confidence());
}

#[test]
fn nothing_changed_is_no_event_and_each_change_has_its_kind() {
    let (members, all) = plants();
    let b = belief(&members, &all);
    let former = |b: &Belief| Former {
        id: b.id,
        retired: false,
        evidence: b.support().collect(),
        confidence: b.confidence(),
        contradicts: b.contradicts.clone(),
    };
    let kept = |b: &Belief| Identities {
        of: vec![Identity { id: b.id, how: How::Kept, parents: b.parents.clone() }],
        retired: Vec::new(),
    };
    let formed = events(&[], std::slice::from_ref(&b), &Identities { of: vec![identity(99)], retired: Vec::new() });
    assert_eq!((formed.len(), formed[0].kind, formed[0].novelty, formed[0].citation_delta), (1, Kind::Formed, 1.0, 7));
    assert_eq!(events(&[former(&b)], std::slice::from_ref(&b), &kept(&b)), []);

    let mut more = members.clone();
    more.push(said(8, 7 * WEEK, "Dry weeks: Maria gave the plants on the balcony a lot of water"));
    let b2 = belief(&more, &all);
    let stronger = events(&[former(&b)], std::slice::from_ref(&b2), &kept(&b));
    assert_eq!((stronger.len(), stronger[0].kind, stronger[0].citation_delta), (1, Kind::Strengthened, 1));
    assert!(stronger[0].novelty > 0.05 && stronger[0].novelty < 0.25 && novelty(&stronger) == stronger[0].novelty);
    assert!(stronger[0].confidence_after > stronger[0].confidence_before);
    let weaker = events(&[former(&b2)], std::slice::from_ref(&b), &kept(&b));
    assert_eq!((weaker[0].kind, weaker[0].novelty, weaker[0].citation_delta), (Kind::Weakened, 0.0, -1));

    let gone = Identities { of: Vec::new(), retired: vec![(b.id, identity::Retired::Gone)] };
    let retired = events(&[former(&b)], &[], &gone);
    assert_eq!((retired[0].kind, retired[0].confidence_after, retired[0].citation_delta), (Kind::Retired, None, -7));

    let mut opposed = b.clone();
    opposed.contradicts.push(id(1_000));
    let told = events(&[former(&b)], &[opposed.clone()], &kept(&b));
    assert_eq!(told.iter().map(|e| e.kind).collect::<Vec<_>>(), [Kind::Contradicted]);
    assert_eq!(events(&[former(&opposed)], &[opposed.clone()], &kept(&b)), []);
}

/// A whole run over episodes in the order given, and what the next one would find.
fn run(all: &[Owned], former: &[Former]) -> (Vec<Belief>, Identities, [u8; 16]) {
    let mut class = Class::new(32);
    all.iter().for_each(|e| class.put(e.id, &e.code));
    let rules = Rules { threshold: 0.6, min_size: 2, max_size: 50, memory: 1 << 24 };
    let clusters = class.run(&rules, &Portable, 1, &AtomicBool::new(false)).unwrap();
    let by_id: BTreeMap<Id, &Owned> = all.iter().map(|e| (e.id, e)).collect();
    let of = |ids: &[Id]| ids.iter().map(|id| by_id[id].episode()).collect::<Vec<_>>();
    let parts: Vec<_> = clusters.iter().flat_map(|c| separate(c, &of(&c.members), rules.min_size)).collect();
    let ids: Vec<&[Id]> = parts.iter().map(|p| p.members.as_slice()).collect();
    let identities = identify("s", None, &ids, former);
    let corpus = corpus(all);
    let mut analyzer = analyzer();
    let mut beliefs: Vec<Belief> = parts
        .iter()
        .zip(&identities.of)
        .map(|(p, i)| form(i, p.cohesion, &of(&p.members), &p.against, &corpus, &mut analyzer).unwrap())
        .collect();
    let found = contradictions(&beliefs, &[]);
    oppose(&mut beliefs, &found);
    let name = signature(&beliefs);
    (beliefs, identities, name)
}

const PLACES: [&str; 4] = ["Paris", "Rome", "Oslo", "Kyiv"];

fn random(n: usize, seed: u64) -> Vec<Owned> {
    let mut chance = Chance(seed);
    (0..n)
        .map(|k| {
            let at = chance.below(90) as i64 * DAY;
            let place = PLACES[chance.below(4)];
            let text = match chance.below(5) {
                0 => format!("Ana lives in {}.", PLACES[chance.below(2)]),
                1 => format!("The boat of Ana was seen near {place} with passengers"),
                2 => format!("The meeting about budgets is at {}", 9 + chance.below(3)),
                3 => format!("Maria waters plants, {place} tomatoes and {} flowers", chance.below(4)),
                _ => format!("noise{} sound{} thing{}", chance.below(9), chance.below(9), k),
            };
            let mut episode = said(k * 7 + 1, at, &text);
            episode.evidence = (0.5 + chance.unit() as f32 * 2.0, chance.unit() as f32);
            if chance.below(3) == 0 {
                episode.source = Some(format!("source {}", chance.below(5)));
            }
            episode
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_outcome_of_10_to_100_random_episodes_does_not_depend_on_their_order(n in 10usize..=100, seed in any::<u64>()) {
        let mut all = random(n, seed);
        let (beliefs, _, name) = run(&all, &[]);
        let mut chance = Chance(!seed);
        for _ in 0..3 {
            chance.shuffle(&mut all);
            prop_assert_eq!(run(&all, &[]).2, name);
        }
        let mut turned = beliefs.clone();
        chance.shuffle(&mut turned);
        prop_assert_eq!(signature(&turned), name);
        if let Some(first) = turned.first_mut() {
            first.evidence_for += 1.0;
            prop_assert_ne!(signature(&turned), name);
        }
    }

    #[test]
    fn beliefs_are_sound(n in 10usize..=100, seed in any::<u64>()) {
        let all = random(n, seed);
        let (beliefs, identities, _) = run(&all, &[]);
        for (b, i) in beliefs.iter().zip(&identities.of) {
            prop_assert_eq!(b.id, i.id);
            prop_assert!(b.confidence() > 0.0 && b.confidence() < 1.0 && b.sources >= 1 && b.sources <= b.count);
            prop_assert!(b.citations.windows(2).all(|w| w[0].evidence < w[1].evidence));
            prop_assert!(b.citations.iter().all(|c| (0.0..=1.0).contains(&c.weight)));
            prop_assert!(b.support().any(|(id, _)| id == b.central) && b.support().count() == b.count as usize);
            prop_assert!(b.first_at <= b.last_at && b.content.starts_with(&b.quote));
            let length: f32 = b.centroid.iter().map(|x| x * x).sum();
            prop_assert!((length - 1.0).abs() < 1e-4);
            prop_assert!(b.contradicts.iter().all(|other| beliefs.iter().any(|o| o.id == *other && o.contradicts.contains(&b.id))));
        }
    }

    #[test]
    fn a_second_run_over_the_same_changes_nothing_and_tells_nothing(n in 10usize..=100, seed in any::<u64>()) {
        let all = random(n, seed);
        let (beliefs, _, name) = run(&all, &[]);
        let former: Vec<Former> = beliefs
            .iter()
            .map(|b| Former {
                id: b.id,
                retired: false,
                evidence: b.support().collect(),
                confidence: b.confidence(),
                contradicts: b.contradicts.clone(),
            })
            .collect();
        let (again, identities, other) = run(&all, &former);
        prop_assert_eq!(name, other);
        prop_assert!(identities.retired.is_empty());
        prop_assert_eq!(events(&former, &again, &identities), vec![]);
    }
}
