//! What clients do, and how often.

use super::options::Options;
use crate::topics::Topics;
use engram_cluster_tests::{Cluster, Rng};
use postgres::{Client, Error, Statement};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Instant;
use uuid::Uuid;

/// What a client asks for.
#[derive(Clone, Copy, PartialEq)]
pub enum Verb {
    Remember,
    Recall,
    Spread,
    /// Reads the published snapshot of a space.
    Beliefs,
    /// `SELECT 1`: what the machine and the server without Engram do meanwhile.
    Control,
}

impl Verb {
    pub const ALL: [Verb; 5] = [Verb::Remember, Verb::Recall, Verb::Spread, Verb::Beliefs, Verb::Control];

    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        ["remember", "recall", "spread", "beliefs", "select_1"][self as usize]
    }

    /// Calls per second at rate 1, over all spaces.
    pub fn per_second(self) -> f64 {
        [100.0, 50.0, 20.0, 10.0, 20.0][self as usize]
    }

    fn sql(self) -> &'static str {
        [
            "SELECT engram_remember($1, space => $2, context => $3, source => $4)",
            "SELECT id, content, score FROM engram_recall($1, space => $2, k => 10)",
            "SELECT id, activation FROM engram_spread($1, space => $2, hops => $3, k => 10)",
            "SELECT * FROM engram_beliefs($1)",
            "SELECT 1",
        ][self as usize]
    }
}

/// One call that is due.
pub struct Call {
    pub verb: Verb,
    pub space: usize,
    /// Counts the calls of this verb in this space.
    pub number: usize,
    pub due: Instant,
}

/// The name of a space.
pub fn space_name(space: usize) -> String {
    format!("soak_{space:02}")
}

/// Memories kept to spread from, each the last ones of its space.
pub struct Recent(Vec<Mutex<VecDeque<Uuid>>>);

impl Recent {
    const KEPT: usize = 100;

    /// Those that are stored already.
    pub fn new(options: &Options, client: &mut Client) -> Recent {
        let sql = "SELECT id FROM engram.memory WHERE space = $1 AND kind = 'episode' ORDER BY id DESC LIMIT 100";
        let of_space = |space| {
            let rows = client.query(sql, &[&space_name(space)]).expect("memories are readable");
            Mutex::new(rows.iter().rev().map(|row| row.get(0)).collect())
        };
        Recent((0..options.spaces).map(of_space).collect())
    }

    pub fn add(&self, space: usize, id: Uuid) {
        let mut ids = self.0[space].lock().expect("nobody panics with the lock");
        if ids.len() == Recent::KEPT {
            ids.pop_front();
        }
        ids.push_back(id);
    }

    fn pick(&self, space: usize, rng: &mut Rng) -> Vec<Uuid> {
        let ids = self.0[space].lock().expect("nobody panics with the lock");
        let mut picked: Vec<Uuid> = (0..3.min(ids.len())).map(|_| ids[rng.below(ids.len())]).collect();
        picked.sort_unstable();
        picked.dedup();
        picked
    }
}

/// One connection of the pool with its prepared statements.
pub struct Session {
    client: Client,
    statements: Vec<Statement>,
}

impl Session {
    /// Connects as the role that owns the spaces.
    ///
    /// # Errors
    /// When the server does not take it.
    pub fn open(cluster: &Cluster) -> Result<Session, Error> {
        let mut client = cluster.try_client("postgres", "soak")?;
        let statements = Verb::ALL.into_iter().map(|verb| client.prepare(verb.sql())).collect::<Result<_, _>>()?;
        Ok(Session { client, statements })
    }

    /// Whether the server has gone away.
    pub fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Does what is asked; returns the number of rows.
    ///
    /// # Errors
    /// What the server answers.
    pub fn run(&mut self, call: &Call, topics: &Topics, recent: &Recent) -> Result<usize, Error> {
        let space = space_name(call.space);
        let statement = &self.statements[call.verb as usize];
        let rows = match call.verb {
            Verb::Remember => {
                let text = topics.text(call.space, call.number);
                let rows = self.client.query(statement, &[&text.content, &space, &text.context, &text.source])?;
                recent.add(call.space, rows[0].get(0));
                rows
            }
            Verb::Recall => self.client.query(statement, &[&topics.question(call.space, call.number), &space])?,
            Verb::Spread => {
                let mut rng = Rng::new((call.number as u64) << 8 | call.space as u64);
                let hops = 1 + rng.below(5) as i32;
                self.client.query(statement, &[&recent.pick(call.space, &mut rng), &space, &hops])?
            }
            Verb::Beliefs => self.client.query(statement, &[&space])?,
            Verb::Control => self.client.query(statement, &[])?,
        };
        Ok(rows.len())
    }
}
