//! Calls arrive when they are due, whether or not the former ones are done; a pool of connections does them.
//!
//! Arrivals of each verb are a Poisson process of its own, from the seed. Latency counts from the moment a call was due, so that a
//! server that stalls is charged with all that had to wait, not with one call.

use super::options::Options;
use super::statistics::Histogram;
use super::verbs::{Call, Recent, Session, Verb};
use crate::topics::Topics;
use engram_cluster_tests::{Cluster, Rng};
use postgres::error::SqlState;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// What became of the calls of one verb.
#[derive(Default)]
pub struct Tally {
    /// Microseconds from due to done, since the last line of metrics.
    pub window: Vec<u32>,
    /// Those of which a connection was waited for.
    pub waited: Vec<u32>,
    /// The same from due to done, one for each third of the time that counts.
    pub thirds: [Histogram; 3],
    pub done: u64,
    pub rows: u64,
}

/// Failed calls by verb and SQLSTATE: how many, and the first message.
pub type Errors = BTreeMap<(&'static str, String), (u64, String)>;

/// What is shared between those who send, those who do and those who count.
pub struct Pool {
    queue: Mutex<VecDeque<Call>>,
    ready: Condvar,
    over: AtomicBool,
    pub tallies: [Mutex<Tally>; 5],
    pub errors: Mutex<Errors>,
    pub lost: Mutex<u64>,
    /// Spreads from a memory that the rule of retention had forgotten meanwhile.
    pub gone: Mutex<u64>,
    forgets: bool,
    recent: Recent,
    begin: Instant,
    counted: Duration,
    warm_up: Duration,
}

impl Pool {
    /// Nothing is due yet; `begin` is when the first calls may be.
    pub fn new(options: &Options, recent: Recent, begin: Instant) -> Pool {
        Pool {
            queue: Mutex::default(),
            ready: Condvar::new(),
            over: AtomicBool::new(false),
            tallies: Default::default(),
            errors: Mutex::default(),
            lost: Mutex::default(),
            recent,
            forgets: options.keep > 0,
            gone: Mutex::default(),
            begin,
            counted: options.duration - options.warm_up(),
            warm_up: options.warm_up(),
        }
    }

    /// Whether everything was sent.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Calls that are due and not begun.
    pub fn backlog(&self) -> usize {
        self.queue.lock().expect("nobody panics with the queue").len()
    }

    /// Sends calls until the time is over; what is due then is still done.
    pub fn send(&self, options: &Options, first: &[usize]) {
        let mut rng = Rng::new(options.seed);
        let mut next: Vec<(Instant, Verb)> = Vec::new();
        for verb in Verb::ALL {
            next.push((self.begin + gap(&mut rng, verb, options.rate), verb));
        }
        // Texts go on where those that were stored before the soak ended.
        let mut numbers = vec![[0; 5]; options.spaces];
        for (space, number) in first.iter().enumerate() {
            numbers[space][Verb::Remember as usize] = *number;
        }
        let end = self.begin + options.duration;
        loop {
            let soonest = next.iter_mut().min_by_key(|arrival| arrival.0).expect("there are verbs");
            let (due, verb) = *soonest;
            if due >= end {
                break;
            }
            soonest.0 = due + gap(&mut rng, verb, options.rate);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let space = rng.below(options.spaces);
            let number = numbers[space][verb as usize];
            numbers[space][verb as usize] += 1;
            self.queue.lock().expect("nobody panics with the queue").push_back(Call { verb, space, number, due });
            self.ready.notify_one();
        }
        self.over.store(true, Ordering::Release);
        self.ready.notify_all();
    }

    fn take(&self) -> Option<Call> {
        let mut queue = self.queue.lock().expect("nobody panics with the queue");
        loop {
            if let Some(call) = queue.pop_front() {
                return Some(call);
            }
            if self.is_over() {
                return None;
            }
            queue = self.ready.wait_timeout(queue, Duration::from_millis(100)).expect("nobody panics with the queue").0;
        }
    }

    /// One connection: does what is due until nothing more will be. A connection that is lost is counted and made again.
    pub fn serve(&self, cluster: &Cluster, topics: &Topics) {
        let mut session = Session::open(cluster).ok();
        while let Some(call) = self.take() {
            let begun = Instant::now();
            while session.as_ref().is_none_or(Session::is_lost) {
                *self.lost.lock().expect("nobody panics with a counter") += 1;
                session = Session::open(cluster).ok();
                if session.is_none() {
                    std::thread::sleep(Duration::from_millis(200));
                }
                if begun.elapsed() > Duration::from_secs(120) {
                    return;
                }
            }
            let Some(open) = session.as_mut() else { return };
            match open.run(&call, topics, &self.recent) {
                Ok(rows) => self.done(&call, begun, rows),
                Err(error) if self.forgets && call.verb == Verb::Spread && is_missing(&error) => {
                    *self.gone.lock().expect("nobody panics with a counter") += 1;
                }
                Err(error) => {
                    let state = error.code().map_or_else(|| "connection".to_string(), |code| code.code().to_string());
                    let text = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_string());
                    let mut errors = self.errors.lock().expect("nobody panics with the errors");
                    errors.entry((call.verb.name(), state)).or_insert((0, text)).0 += 1;
                }
            }
        }
    }

    fn done(&self, call: &Call, begun: Instant, rows: usize) {
        let microseconds = |span: Duration| u32::try_from(span.as_micros()).unwrap_or(u32::MAX);
        let (took, waited) =
            (microseconds(call.due.elapsed()), microseconds(begun.saturating_duration_since(call.due)));
        let mut tally = self.tallies[call.verb as usize].lock().expect("nobody panics with a tally");
        tally.window.push(took);
        tally.waited.push(waited);
        tally.done += 1;
        tally.rows += rows as u64;
        let at = call.due.saturating_duration_since(self.begin);
        if at >= self.warm_up {
            let third = (at - self.warm_up).as_secs_f64() / self.counted.as_secs_f64() * 3.0;
            tally.thirds[(third as usize).min(2)].add(took);
        }
    }
}

fn is_missing(error: &postgres::Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_OBJECT)
}

/// Time until the next arrival of a verb.
fn gap(rng: &mut Rng, verb: Verb, rate: f64) -> Duration {
    let uniform = (rng.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    Duration::from_secs_f64(-uniform.ln() / (verb.per_second() * rate))
}
