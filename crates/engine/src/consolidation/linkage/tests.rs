//! Every way gives what the simplest one gives, in any order, on any number of threads.

use super::component::{Way, groups};
use super::gram::{Edge, Rows};
use super::pool::Pool;
use super::unit::{floor, unit};
use super::*;
use crate::code::{Code, quantise};
use proptest::prelude::*;
use std::sync::atomic::AtomicBool;

const RULES: Rules = Rules { threshold: 0.6, min_size: 1, max_size: usize::MAX, memory: 1 << 26 };

fn id(i: usize) -> [u8; 16] {
    (i as u128).to_be_bytes()
}

fn run(class: &mut Class, rules: &Rules, threads: usize) -> Vec<Cluster> {
    class.run(rules, &Portable, threads, &AtomicBool::new(false)).unwrap().to_vec()
}

fn fresh(episodes: &[([u8; 16], Code)], rules: &Rules) -> Vec<Cluster> {
    let mut class = Class::new(episodes.first().map_or(1, |(_, code)| code.values.len()));
    episodes.iter().for_each(|(id, code)| class.put(*id, code));
    run(&mut class, rules, 1)
}

/// Codes with what makes trouble: copies, opposites, chains, ties (few values, few dimensions), and nothing in common.
fn codes(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Code>> {
    let code = prop_oneof![
        3 => prop::collection::vec(-2i8..=2, 4),
        1 => Just(vec![1, 0, 0, 0]),
        1 => Just(vec![-1, 0, 0, 0]),
        1 => Just(vec![0, 0, 0, 1]),
        2 => prop::collection::vec(-127i8..=127, 4),
        1 => (0i8..40).prop_map(|step| vec![40 - step, step, 0, 0]),
    ];
    prop::collection::vec(
        code.prop_map(|values| {
            let vector: Vec<f32> = values.iter().map(|&v| f32::from(v)).collect();
            quantise(&vector).unwrap_or_else(|_| quantise(&[0.0, 1.0, 0.0, 0.0]).unwrap())
        }),
        count,
    )
}

fn rules() -> impl Strategy<Value = Rules> {
    let threshold = prop_oneof![Just(0.5f32), Just(1.0), Just(0.05), 0.01f32..0.99];
    (
        threshold,
        1usize..4,
        prop_oneof![Just(usize::MAX), 1usize..12],
        prop_oneof![Just(0usize), Just(2_000), Just(1 << 26)],
    )
        .prop_map(|(threshold, min_size, max_size, memory)| Rules { threshold, min_size, max_size, memory })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn clusters_are_those_of_the_simplest_way(codes in codes(0..60), rules in rules()) {
        let episodes: Vec<_> = codes.into_iter().enumerate().map(|(i, code)| (id(i), code)).collect();
        prop_assert_eq!(fresh(&episodes, &rules), reference::clusters(&episodes, &rules));
    }

    #[test]
    fn every_way_gives_the_same(codes in codes(1..100), rules in rules()) {
        let units: Vec<i16> = codes.iter().flat_map(|code| unit(&code.values).collect::<Vec<_>>()).collect();
        let rows = Rows { units: &units, dims: 4, dots: &Portable };
        let floor = floor(rules.threshold);
        let cancel = AtomicBool::new(false);
        let pool = Pool::new(1, &cancel);
        let mut edges = Vec::new();
        for a in 0..codes.len() as u32 {
            for b in 0..a {
                let product: i32 = rows.row(a).iter().zip(rows.row(b)).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
                if i64::from(product) >= floor {
                    edges.push(Edge { a, b, product });
                }
            }
        }
        let matrix = groups(rows, Way::Matrix, None, floor, &rules, &pool).unwrap();
        for (way, edges) in [(Way::Lists, Some(edges.as_slice())), (Way::Lists, None), (Way::All, None)] {
            prop_assert_eq!(&groups(rows, way, edges, floor, &rules, &pool).unwrap(), &matrix, "{:?}", way);
        }
    }

    /// 10 to 100 episodes come, go and change; a run now and then, sometimes with other rules.
    #[test]
    fn a_run_over_what_is_new_equals_a_fresh_one(
        codes in codes(10..100),
        steps in prop::collection::vec((0usize..100, 0u8..8), 1..120),
        rules in prop::collection::vec(rules(), 2),
        threads in prop_oneof![4 => Just(1usize), 1 => Just(2)],
        largest in prop_oneof![Just(7usize), Just(component::LARGEST)],
    ) {
        let mut class = Class::new(4);
        class.largest = largest;
        let mut now = std::collections::BTreeMap::new();
        let check = |class: &mut Class, now: &std::collections::BTreeMap<[u8; 16], Code>, rules: &Rules| {
            let mut other = Class::new(4);
            other.largest = largest;
            now.iter().rev().for_each(|(id, code)| other.put(*id, code));
            prop_assert_eq!(run(class, rules, threads), run(&mut other, rules, 1));
            prop_assert_eq!(class.len(), now.len());
            Ok(())
        };
        for (i, what) in steps {
            let i = i % codes.len();
            match what {
                0 | 1 => prop_assert_eq!(class.remove(&id(i)), now.remove(&id(i)).is_some()),
                2 => check(&mut class, &now, &rules[0])?,
                3 if i % 7 == 0 => check(&mut class, &now, &rules[1])?,
                4 => {
                    let other = &codes[(i + 1) % codes.len()];
                    class.put(id(i), other);
                    now.insert(id(i), other.clone());
                }
                _ => {
                    class.put(id(i), &codes[i]);
                    now.insert(id(i), codes[i].clone());
                }
            }
        }
        check(&mut class, &now, &rules[0])?;
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(codes in codes(10..100).prop_shuffle(), rules in rules()) {
        let mut episodes: Vec<_> = codes.into_iter().enumerate().map(|(i, code)| (id(i), code)).collect();
        let once = fresh(&episodes, &rules);
        episodes.reverse();
        prop_assert_eq!(fresh(&episodes, &rules), once);
    }
}

#[test]
fn nothing_gives_nothing() {
    assert!(fresh(&[], &RULES).is_empty());
}

#[test]
fn among_equally_near_ones_the_smallest_member_decides() {
    // Four corners of a square: each is at 0 to both neighbours and the middle of two is at .7 to both.
    let code = |x: f32, y: f32| quantise(&[x, y]).unwrap();
    let episodes = [(id(3), code(1.0, 0.0)), (id(1), code(0.0, 1.0)), (id(2), code(1.0, 1.0))];
    let found = fresh(&episodes, &RULES);
    let members: Vec<_> = found.into_iter().map(|cluster| cluster.members).collect();
    assert_eq!(members, [vec![id(1), id(2)], vec![id(3)]]);
}

#[test]
fn a_cluster_over_the_limit_is_split_where_it_holds_least() {
    let code = |degrees: f32| quantise(&[degrees.to_radians().cos(), degrees.to_radians().sin()]).unwrap();
    let episodes: Vec<_> = [0.0, 2.0, 30.0, 33.0, 36.0].iter().enumerate().map(|(i, &d)| (id(i), code(d))).collect();
    assert_eq!(fresh(&episodes, &RULES).len(), 1);
    let found = fresh(&episodes, &Rules { max_size: 4, ..RULES });
    let members: Vec<_> = found.into_iter().map(|cluster| cluster.members).collect();
    assert_eq!(members, [vec![id(0), id(1)], vec![id(2), id(3), id(4)]]);
}

#[test]
fn a_component_over_the_largest_is_cut_by_a_higher_threshold() {
    let code = |degrees: f32| quantise(&[degrees.to_radians().cos(), degrees.to_radians().sin()]).unwrap();
    let mut class = Class::new(2);
    class.largest = 4;
    for i in 0..8 {
        class.put(id(i), &code(i as f32 * 2.0 + if i < 4 { 0.0 } else { 30.0 }));
    }
    let members: Vec<_> = run(&mut class, &RULES, 1).into_iter().map(|cluster| cluster.members).collect();
    assert_eq!(members, [(0..4).map(id).collect::<Vec<_>>(), (4..8).map(id).collect()]);
    // Nine copies are beyond any threshold: by their ids.
    let mut class = Class::new(2);
    class.largest = 4;
    (0..9).for_each(|i| class.put(id(i), &code(7.0)));
    let sizes: Vec<_> = run(&mut class, &RULES, 1).iter().map(|cluster| cluster.members.len()).collect();
    assert_eq!(sizes, [4, 4, 1]);
}

#[test]
fn a_cancelled_run_leaves_the_class_as_it_was() {
    let mut class = Class::new(2);
    (0..20).for_each(|i| class.put(id(i), &quantise(&[1.0, i as f32]).unwrap()));
    let before = run(&mut class, &RULES, 1);
    class.put(id(50), &quantise(&[1.0, 3.5]).unwrap());
    class.remove(&id(3));
    assert_eq!(class.run(&RULES, &Portable, 2, &AtomicBool::new(true)), Err(Stopped));
    let after = run(&mut class, &RULES, 2);
    assert_ne!(before, after);
    let mut episodes: Vec<_> = (0..20).map(|i| (id(i), quantise(&[1.0, i as f32]).unwrap())).collect();
    episodes.remove(3);
    episodes.push((id(50), quantise(&[1.0, 3.5]).unwrap()));
    assert_eq!(after, fresh(&episodes, &RULES));
}

#[test]
fn opposites_and_strangers_stay_alone() {
    let vectors = [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let episodes: Vec<_> = vectors.iter().enumerate().map(|(i, v)| (id(i), quantise(v).unwrap())).collect();
    let found = fresh(&episodes, &Rules { threshold: 0.001, ..RULES });
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|cluster| cluster.cohesion == 1.0));
}
