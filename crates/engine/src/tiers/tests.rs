use super::*;
use proptest::prelude::*;

const DAY: i64 = 86_400_000_000;

fn policy() -> Policy {
    Policy { cold_age: Some(90 * DAY), cold_disuse: 30 * DAY, ..Policy::default() }
}

#[test]
fn room_is_kept_between_two_marks() {
    let p = Policy::default();
    // free share in per cent, to write, to evict
    for (free, write, evict) in [(100, 0, 0), (15, 0, 0), (14, 1, 0), (5, 10, 0), (4, 11, 6), (0, 15, 10)] {
        assert_eq!(p.to_write(10_000, free * 100), write * 100, "{free} % free");
        assert_eq!(p.to_evict(10_000, free * 100), evict * 100, "{free} % free");
    }
}

#[test]
fn age_and_disuse_make_cold_and_a_pin_keeps_warm() {
    let p = policy();
    let now = 1_000 * DAY;
    for (age, used, pinned, cold) in [
        (100, None, false, true),
        (100, Some(31), false, true),
        (100, Some(29), false, false),
        (89, None, false, false),
        (100, None, true, false),
        (100, Some(-5), false, false),
    ] {
        let used = used.map(|days: i64| now - days * DAY);
        assert_eq!(
            p.is_cold(now, now - age * DAY, used, pinned),
            cold,
            "{age} days old, used {used:?}, pinned {pinned}"
        );
    }
    assert!(!Policy::default().is_cold(now, 0, None, false), "nothing is cold by itself unless it is said");
}

#[test]
fn names_are_read_back() {
    for tier in [Tier::Hot, Tier::Warm, Tier::Cold] {
        assert_eq!(tier.name().parse(), Ok(tier));
    }
    assert_eq!("tepid".parse::<Tier>(), Err(()));
}

proptest! {
    /// Evicting what is asked for ends it, and what is evicted was written before.
    #[test]
    fn one_eviction_is_enough(capacity in 1u64..1 << 40, free in 0u64..1 << 40) {
        let p = Policy::default();
        let free = free.min(capacity);
        let evict = p.to_evict(capacity, free);
        prop_assert!(evict <= p.to_write(capacity, free));
        prop_assert_eq!(p.to_evict(capacity, free + evict), 0);
        prop_assert!(free + evict <= capacity);
    }

    /// What comes back does not push anything out again.
    #[test]
    fn what_may_return_is_not_evicted(capacity in 1u64..1 << 40, free in 0u64..1 << 40, bytes in 0u64..1 << 40) {
        let (p, free) = (Policy::default(), free.min(capacity));
        if p.may_return(capacity, free, bytes) {
            prop_assert_eq!(p.to_evict(capacity, free - bytes), 0);
        }
        prop_assert!(p.room(capacity, free) <= free);
        prop_assert_eq!(p.to_evict(capacity, free - p.room(capacity, free)) > 0, p.to_evict(capacity, free) > 0);
    }

    /// Time and disuse only ever cool a memory; a use warms it.
    #[test]
    fn memories_cool_with_time(created in 0i64..1_000, used in proptest::option::of(0i64..1_000), now in 0i64..2_000, later in 0i64..500, pinned: bool, cutoff in proptest::option::of(0i64..1_000)) {
        let p = policy();
        let at = |now: i64| p.tier(now * DAY, created * DAY, used.map(|u| u * DAY), pinned, cutoff.map(|c| c * DAY));
        prop_assert!(at(now) <= at(now + later));
        if pinned {
            prop_assert_eq!(at(now), Tier::Hot);
        }
        let just_used = p.tier(now * DAY, created * DAY, Some(now * DAY), pinned, None);
        prop_assert!(just_used == Tier::Hot);
    }
}
