//! A workload of many kinds, in steps: what the crash matrix kills processes in.
//!
//! Each step ends with the error of the connection that broke under it, if one did. What was acknowledged stands in the ledger.

use crate::{Cluster, Fact, Ledger, Rng, Shutdown, unique_word};
use postgres::{Client, Error};
use serde_json::json;
use std::cell::Cell;
use std::io::Write;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Rows of a transaction that is too large for its changes to be kept singly.
const BULK: i32 = 10_040;

/// What the steps work on.
pub struct Workload<'a> {
    /// The server.
    pub cluster: &'a Cluster,
    /// What was acknowledged in the space of the ledger.
    pub ledger: &'a Ledger,
    /// Whether the crash that is waited for has come: a step that waits goes on no longer.
    pub over: &'a dyn Fn() -> bool,
    /// Words handed out so far.
    pub words: &'a Cell<usize>,
    /// Memories that are more than the hot tier has room for; none where it is large.
    pub crowd: usize,
}

/// One step.
pub type Step = fn(&Workload<'_>) -> Result<(), Error>;

/// All steps, the quick ones first.
pub const STEPS: &[(&str, Step)] = &[
    ("verbs", verbs),
    ("transactions", transactions),
    ("prepared transactions", prepared),
    ("plain statements", plain),
    ("filling", filling),
    ("tiers", tiers),
    ("learning", learning),
    ("watching", watching),
    ("consolidation", consolidation),
    ("the life of a space", life),
    ("spaces", spaces),
    ("an old snapshot", old_snapshot),
    ("a database made and dropped", database),
    ("a large transaction", large),
    ("triggers off", triggers_off),
    ("restart", restart),
    ("the postmaster killed", postmaster_killed),
    ("idle workers", idle),
];

impl Workload<'_> {
    fn client(&self) -> Result<Client, Error> {
        self.cluster.try_client("postgres", "postgres")
    }

    fn word(&self) -> String {
        self.words.set(self.words.get() + 1);
        unique_word(self.words.get())
    }

    /// Waits for the workers, a few seconds at most: what they have to do may not come up.
    fn wait(&self, seconds: u64, mut done: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end && !(self.over)() && !done() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until a space is held in shared memory.
    fn wait_ready(&self, space: &str) {
        let sql = "SELECT FROM engram.stat_tier WHERE space = $1 AND mode = 'shared' AND state = 'ready'";
        self.wait(10, || self.client().and_then(|mut c| c.query(sql, &[&space])).is_ok_and(|rows| !rows.is_empty()));
    }

    /// Stores a memory of a word of its own.
    fn remember(&self, client: &mut Client) -> Result<(String, Uuid), Error> {
        let word = self.word();
        let id = self.ledger.attempt(&[(word.clone(), Fact::There)], || self.store(client, &word))?;
        Ok((word, id))
    }

    fn store(&self, client: &mut Client, word: &str) -> Result<Uuid, Error> {
        let content = format!("{word} went down with the tide near Saltmere");
        let sql = "SELECT engram_remember(content => $1, space => $2)";
        Ok(client.query_one(sql, &[&content, &self.ledger.space])?.get(0))
    }

    fn recall(&self, client: &mut Client, cue: &str) -> Result<usize, Error> {
        let sql = "SELECT id FROM engram_recall(cue => $1, space => $2, k => 5)";
        Ok(client.query(sql, &[&cue, &self.ledger.space])?.len())
    }
}

/// Every verb once, each in a transaction of its own.
fn verbs(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    let space = &w.ledger.space;
    let stored: Vec<(String, Uuid)> = (0..8).map(|_| w.remember(&mut client)).collect::<Result<_, _>>()?;
    let batch: Vec<String> = (0..40).map(|_| w.word()).collect();
    let effects: Vec<_> = batch.iter().map(|word| (word.clone(), Fact::There)).collect();
    let texts: Vec<_> =
        batch.iter().map(|word| json!({"space": space, "content": format!("{word} in the hold")})).collect();
    let memories = serde_json::Value::Array(texts);
    w.ledger.attempt(&effects, || client.query("SELECT * FROM engram_remember_many($1)", &[&memories]))?;

    let corrected = w.word();
    let effects = [(stored[0].0.clone(), Fact::Erased), (corrected.clone(), Fact::There)];
    let content = format!("{corrected} is the better word");
    let sql = "SELECT engram_update($1, content => $2, space => $3)";
    w.ledger.attempt(&effects, || client.execute(sql, &[&stored[0].1, &content, space]))?;
    let sql = "SELECT engram_supersede($1, $2, space => $3)";
    w.ledger
        .attempt(&[(stored[1].0.clone(), Fact::Gone)], || client.execute(sql, &[&stored[1].1, &stored[2].1, space]))?;
    if has(&mut client, "engram_reinstate")? {
        let sql = "SELECT engram_confirm($1, by => $2, space => $3)";
        w.ledger.attempt(&[], || client.execute(sql, &[&stored[2].1, &stored[6].1, space]))?;
        let sql = "SELECT engram_supersede($1, $2, space => $3)";
        w.ledger.attempt(&[(stored[7].0.clone(), Fact::Gone)], || {
            client.execute(sql, &[&stored[7].1, &stored[2].1, space])
        })?;
        let sql = "SELECT engram_reinstate($1, space => $2)";
        w.ledger.attempt(&[(stored[7].0.clone(), Fact::There)], || client.execute(sql, &[&stored[7].1, space]))?;
    }
    let sql = "SELECT engram_forget($1, mode => $2, space => $3)";
    for (n, mode, fact) in [
        (3, "suppress", Fact::Gone),
        (4, "delete", Fact::Erased),
        (5, "suppress", Fact::Gone),
        (5, "restore", Fact::There),
    ] {
        w.ledger.attempt(&[(stored[n].0.clone(), fact)], || client.execute(sql, &[&stored[n].1, &mode, space]))?;
    }
    let edge = |a: usize, b: usize| format!("{} {}", stored[a].0, stored[b].0);
    let sql = "SELECT engram_associate($1, $2, space => $3)";
    for (a, b) in [(5, 6), (6, 7)] {
        w.ledger.attempt(&[(edge(a, b), Fact::There)], || client.execute(sql, &[&stored[a].1, &stored[b].1, space]))?;
    }
    let sql = "SELECT engram_dissociate($1, $2, space => $3)";
    w.ledger.attempt(&[(edge(5, 6), Fact::Erased)], || client.execute(sql, &[&stored[5].1, &stored[6].1, space]))?;
    for cue in ["tide", "Saltmere", &stored[6].0] {
        w.recall(&mut client, cue)?;
    }
    client.query("SELECT * FROM engram_spread(ARRAY[$1::uuid], space => $2)", &[&stored[6].1, space])?;
    Ok(())
}

/// What a transaction wrote is recalled in it, kept, or taken back.
fn transactions(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    let words: Vec<String> = (0..4).map(|_| w.word()).collect();
    let effects = [(words[0].clone(), Fact::There), (words[1].clone(), Fact::Erased), (words[2].clone(), Fact::There)];
    w.ledger.attempt(&effects, || {
        client.batch_execute("BEGIN")?;
        w.store(&mut client, &words[0])?;
        client.batch_execute("SAVEPOINT s")?;
        w.store(&mut client, &words[1])?;
        w.recall(&mut client, &words[1])?;
        client.batch_execute("ROLLBACK TO s")?;
        w.store(&mut client, &words[2])?;
        client.batch_execute("COMMIT")
    })?;
    w.ledger.attempt(&[(words[3].clone(), Fact::Erased)], || {
        client.batch_execute("BEGIN")?;
        w.store(&mut client, &words[3])?;
        w.recall(&mut client, &words[3])?;
        client.batch_execute("ROLLBACK")
    })?;
    w.recall(&mut client, &words[2])?;
    Ok(())
}

/// Transactions that are prepared, and those whose names begin with "keep" committed: by [`resolve`] if not by the step.
fn prepared(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    for (name, fact, end) in [("keep", Fact::There, "COMMIT"), ("drop", Fact::Erased, "ROLLBACK")] {
        let word = w.word();
        let gid = format!("{name} {word}");
        // Acknowledged when it is prepared: what comes then is decided.
        w.ledger.attempt(&[(word.clone(), fact)], || {
            client.batch_execute("BEGIN")?;
            w.store(&mut client, &word)?;
            client.batch_execute(&format!("PREPARE TRANSACTION '{gid}'"))
        })?;
        w.recall(&mut client, &word)?;
        client.batch_execute(&format!("{end} PREPARED '{gid}'"))?;
        w.recall(&mut client, &word)?;
    }
    Ok(())
}

/// Ends the transactions that [`prepared`] left behind, as it would have.
pub fn resolve(client: &mut Client) {
    for row in client.query("SELECT gid FROM pg_prepared_xacts", &[]).expect("pg_prepared_xacts is readable") {
        let gid: String = row.get(0);
        let end = if gid.starts_with("keep") { "COMMIT" } else { "ROLLBACK" };
        client.batch_execute(&format!("{end} PREPARED '{gid}'")).expect("a prepared transaction ends");
    }
}

fn plain(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    let space = &w.ledger.space;
    let words: Vec<String> = (0..30).map(|_| w.word()).collect();
    let effects: Vec<_> = words.iter().map(|word| (word.clone(), Fact::There)).collect();
    w.ledger.attempt(&effects, || {
        let mut copy = client.copy_in("COPY engram.memory (space, content, context) FROM STDIN")?;
        let lines: String = words.iter().map(|word| format!("{space}\t{word} came by COPY\tlog\n")).collect();
        copy.write_all(lines.as_bytes()).ok();
        copy.finish()
    })?;
    let changed = w.word();
    let effects = [(words[0].clone(), Fact::Erased), (changed.clone(), Fact::There)];
    let sql = "UPDATE engram.memory SET content = $1 WHERE space = $2 AND content LIKE $3";
    let (content, like) = (format!("{changed} came by UPDATE"), format!("{} %", words[0]));
    w.ledger.attempt(&effects, || client.execute(sql, &[&content, space, &like]))?;
    let sql = "DELETE FROM engram.memory WHERE space = $1 AND content LIKE $2";
    let like = format!("{} %", words[1]);
    w.ledger.attempt(&[(words[1].clone(), Fact::Erased)], || client.execute(sql, &[space, &like]))?;
    Ok(())
}

/// Whether this version has a function: what the matrix tries must be what is installed.
fn has(client: &mut Client, function: &str) -> Result<bool, Error> {
    Ok(client.query_one("SELECT EXISTS (SELECT FROM pg_proc WHERE proname = $1)", &[&function])?.get(0))
}

/// Memories put into the cold tier, found there, corrected there, and brought back.
fn tiers(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    if !has(&mut client, "engram_set_tier")? {
        return Ok(());
    }
    let space = &w.ledger.space;
    let stored: Vec<(String, Uuid)> = (0..3).map(|_| w.remember(&mut client)).collect::<Result<_, _>>()?;
    for tier in ["cold", "hot"] {
        for (word, id) in &stored {
            client.execute("SELECT engram_set_tier($1, $2, space => $3)", &[id, &tier, space])?;
            w.recall(&mut client, word)?;
        }
    }
    client.execute("SELECT engram_set_tier($1, 'cold', space => $2)", &[&stored[2].1, space])?;
    let sql = "SELECT engram_forget($1, mode => 'delete', space => $2)";
    let effects = [(stored[2].0.clone(), Fact::Erased)];
    w.ledger.attempt(&effects, || client.execute(sql, &[&stored[2].1, space])).map(drop)
}

/// Other embeddings for a space, and rules by which the worker forgets.
fn life(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    if has(&mut client, "engram_reembed")? {
        // From an encoder of the caller's to the built-in one, with a change over; a killed one is continued.
        let sql = "SELECT count(*) FROM engram.space WHERE space = 'changing'";
        if client.query_one(sql, &[])?.get::<_, i64>(0) == 0 {
            client.batch_execute(
                "SELECT engram_create_space('changing', dimensions => 2, encoder => 'theirs');
                 SELECT count(engram_remember('sail ' || n, '[1,0]', space => 'changing')) FROM generate_series(1, 12) n",
            )?;
        }
        client.batch_execute("CALL engram_reembed('changing', batch => 5)")?;
        client.batch_execute("SELECT engram_drop_space('changing')")?;
    }
    if has(&mut client, "engram_set_retention")? {
        client.batch_execute("SELECT engram_set_retention(max_count => 6, space => 'similar')")?;
        w.wait(3, || false);
    }
    Ok(())
}

/// What workers learn: from memories recalled together, from cues, and from what is similar in a space with an encoder.
fn learning(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    w.wait_ready(&w.ledger.space);
    w.recall(&mut client, "tide")?;
    client.batch_execute("SELECT engram_create_space('similar', encoder => 'built-in') WHERE NOT EXISTS (SELECT FROM engram.space WHERE space = 'similar')")?;
    let word = w.word();
    let sql = "SELECT count(engram_remember('the ' || a || ' of the ' || b || ' ' || $1, space => 'similar'))
               FROM unnest('{keel,mast,anchor,rudder}'::text[]) a, unnest('{boat,ship,ferry}'::text[]) b";
    client.query_one(sql, &[&word])?;
    let sql = "SELECT count(*) FROM engram.association WHERE space = 'similar' AND origin = 'similarity'";
    w.wait(5, || w.client().and_then(|mut c| c.query_one(sql, &[])).is_ok_and(|row| row.get::<_, i64>(0) > 0));
    client.query_one("SELECT engram.learn('similar')", &[]).map(drop)
}

/// Texts that make a belief, and a space that cannot be consolidated, since nobody owns it.
fn consolidation(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    let on = "SELECT coalesce(current_setting('engram.consolidation', true), 'off') = 'on'";
    if !has(&mut client, "engram_worker_run_now")? || !client.query_one(on, &[])?.get::<_, bool>(0) {
        return Ok(());
    }
    let made = "SELECT EXISTS (SELECT FROM engram.space WHERE space = 'derelict')";
    if !client.query_one(made, &[])?.get::<_, bool>(0) {
        client.batch_execute(
            "BEGIN; CREATE ROLE castaway IN ROLE engram_writer;
             SELECT engram_create_space('creed', encoder => 'built-in');
             SELECT engram_create_space('derelict', owner => 'castaway', encoder => 'built-in');
             DROP ROLE castaway; COMMIT",
        )?;
    }
    for space in ["creed", "derelict"] {
        let word = w.word();
        for n in 0..3 {
            let content = format!("The {word} bell rang at dawn, watch {n}.");
            client.query_one("SELECT engram_remember(content => $1, space => $2)", &[&content, &space])?;
        }
    }
    client.query("SELECT * FROM engram_consolidate('creed')", &[])?;
    for space in ["derelict", "creed"] {
        client.query_one("SELECT engram_worker_run_now(space => $1, wait => true)", &[&space])?;
    }
    Ok(())
}

/// What is told to those who watch a space: a new memory and a recall.
fn watching(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    if !has(&mut client, "engram_watch")? {
        return Ok(());
    }
    let made = "SELECT count(*) FROM engram.watch WHERE space = $1";
    if client.query_one(made, &[&w.ledger.space])?.get::<_, i64>(0) == 0 {
        client.query_one("SELECT engram_watch('tide', 0.1, space => $1)", &[&w.ledger.space])?;
    }
    w.remember(&mut client)?;
    w.recall(&mut client, "tide")?;
    let left = "SELECT count(*) FROM engram.announcement";
    w.wait(5, || w.client().and_then(|mut c| c.query_one(left, &[])).is_ok_and(|row| row.get::<_, i64>(0) == 0));
    Ok(())
}

/// A space made, filled, configured and dropped: afterwards it is whole or not there.
fn spaces(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    let name = format!("scratch {}", w.word());
    client.execute("SELECT engram_create_space($1)", &[&name])?;
    let batch: Vec<_> = (0..30).map(|n| json!({"space": name, "content": format!("grain {n} of sand")})).collect();
    let batch = serde_json::Value::Array(batch);
    client.query("SELECT * FROM engram_remember_many($1)", &[&batch])?;
    client.query("SELECT id FROM engram_recall(cue => 'sand', space => $1)", &[&name])?;
    w.wait_ready(&name);
    client.execute("SELECT engram_configure_space($1, language => 'german')", &[&name])?;
    client.query("SELECT id FROM engram_recall(cue => 'sand', space => $1)", &[&name])?;
    w.wait_ready(&name);
    client.execute("SELECT engram_drop_space($1)", &[&name])?;
    Ok(())
}

/// Asserts that what [`spaces`] and [`large`] work on is whole or not there.
pub fn assert_whole_spaces(client: &mut Client) {
    let sql = "SELECT coalesce(s.space, m.space), s.space IS NOT NULL, coalesce(m.n, 0)
               FROM (SELECT space FROM engram.space WHERE space LIKE 'scratch %' OR space LIKE 'bulk %') s
               FULL JOIN (SELECT space, count(*) AS n FROM engram.memory WHERE space LIKE 'scratch %' OR space LIKE 'bulk %'
                          GROUP BY space) m ON m.space = s.space";
    for row in client.query(sql, &[]).expect("the tables are readable") {
        let (name, is_there, rows): (String, bool, i64) = (row.get(0), row.get(1), row.get(2));
        let whole = if name.starts_with("bulk") { [0, i64::from(BULK), i64::from(BULK / 8)] } else { [0, 30, 30] };
        assert!(is_there && whole.contains(&rows), "space {name:?}: there {is_there}, with {rows} memories");
    }
}

/// A snapshot older than what the region tells apart.
fn old_snapshot(w: &Workload<'_>) -> Result<(), Error> {
    let mut old = w.client()?;
    let mut client = w.client()?;
    old.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ")?;
    w.recall(&mut old, "tide")?;
    w.remember(&mut client)?;
    let language: String =
        client.query_one("SELECT language FROM engram.space WHERE space = $1", &[&w.ledger.space])?.get(0);
    let other = if language == "english" { "none" } else { "english" };
    client.execute("SELECT engram_configure_space($1, language => $2)", &[&w.ledger.space, &other])?;
    w.recall(&mut client, "tide")?;
    w.wait_ready(&w.ledger.space);
    w.remember(&mut client)?;
    w.recall(&mut old, "tide")?;
    w.recall(&mut old, "Saltmere")?;
    old.batch_execute("COMMIT")?;
    w.recall(&mut client, "tide")?;
    Ok(())
}

/// Workers leave a database that is dropped, and its spaces leave the region.
fn database(w: &Workload<'_>) -> Result<(), Error> {
    w.client()?.batch_execute("CREATE DATABASE passing")?;
    let mut client = w.cluster.try_client("passing", "postgres")?;
    client.batch_execute("CREATE EXTENSION IF NOT EXISTS engram CASCADE")?;
    client.execute("SELECT engram_remember('a passing thought', space => 'passing')", &[])?;
    client.query("SELECT id FROM engram_recall(cue => 'thought', space => 'passing')", &[])?;
    drop(client);
    w.client()?.batch_execute("DROP DATABASE passing WITH (FORCE)")?;
    w.wait(2, || false);
    Ok(())
}

/// Removes what an interrupted [`database`] left.
pub fn drop_passing(client: &mut Client) {
    client.batch_execute("DROP DATABASE IF EXISTS passing WITH (FORCE)").expect("the database can be dropped");
}

/// So many rows that they are read from the table, sealed, and gathered when most of them are gone.
fn large(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    let name = format!("bulk {}", w.word());
    let fill = "INSERT INTO engram.memory (space, content) SELECT $1, 'grain ' || n || ' of sand ' || n % 7 FROM generate_series(1, $2::int) n";
    client.execute("SELECT engram_create_space($1)", &[&name])?;
    client.query("SELECT id FROM engram_recall(cue => 'sand', space => $1)", &[&name])?;
    w.wait_ready(&name);
    client.execute(fill, &[&name, &BULK])?;
    let mut other = w.client()?;
    other.query("SELECT id FROM engram_recall(cue => 'sand 3', space => $1)", &[&name])?;
    w.wait(3, || false);
    // Less than a transaction keeps singly, so that the region hears of each.
    let thin = "DELETE FROM engram.memory WHERE space = $1 AND split_part(content, ' ', 2)::int % 8 <> 0";
    client.execute(thin, &[&name])?;
    w.wait(4, || false);
    client.execute("SELECT engram_drop_space($1)", &[&name])?;
    w.wait(1, || false);
    Ok(())
}

/// Drops what [`spaces`] and [`large`] left, so that the next round is as quick.
pub fn drop_left_over(client: &mut Client) {
    let sql =
        "SELECT count(engram_drop_space(space)) FROM engram.space WHERE space LIKE 'scratch %' OR space LIKE 'bulk %'";
    client.query_one(sql, &[]).expect("spaces can be dropped");
}

/// Triggers that a restore left to fire only for ordinary sessions.
fn triggers_off(w: &Workload<'_>) -> Result<(), Error> {
    w.client()?.batch_execute("ALTER TABLE engram.memory ENABLE TRIGGER USER")?;
    w.wait(3, || false);
    Ok(())
}

/// Stopped cleanly and started again, which may not succeed.
fn restart(w: &Workload<'_>) -> Result<(), Error> {
    if w.cluster.try_stop(Shutdown::Fast) && !(w.over)() {
        w.cluster.try_start();
    }
    let mut client = w.client()?;
    w.recall(&mut client, "tide")?;
    w.wait_ready(&w.ledger.space);
    w.remember(&mut client).map(drop)
}

fn postmaster_killed(w: &Workload<'_>) -> Result<(), Error> {
    w.cluster.kill_postmaster();
    if !(w.over)() {
        w.cluster.try_start();
    }
    let mut client = w.client()?;
    w.recall(&mut client, "tide")?;
    w.wait_ready(&w.ledger.space);
    Ok(())
}

/// Long enough for workers to have nothing to do, and leave.
fn idle(w: &Workload<'_>) -> Result<(), Error> {
    w.wait(4, || false);
    Ok(())
}

/// More than a small hot tier has room for.
fn filling(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    (0..w.crowd).step_by(500).try_for_each(|_| store_batch(&mut client, w.ledger, w.words, 500))
}

/// Fills the space of the ledger with `count` memories of 30 words, 500 at a time.
pub fn fill(cluster: &Cluster, ledger: &Ledger, words: &Cell<usize>, count: usize) {
    let mut client = cluster.client();
    for start in (0..count).step_by(500) {
        store_batch(&mut client, ledger, words, (count - start).min(500)).expect("a batch is stored");
    }
}

fn store_batch(client: &mut Client, ledger: &Ledger, words: &Cell<usize>, count: usize) -> Result<(), Error> {
    let numbers = words.get() + 1..words.get() + 1 + count;
    words.set(words.get() + count);
    let batch: Vec<String> = numbers.clone().map(unique_word).collect();
    let text = |number: usize| {
        let mut rng = Rng::new(number as u64);
        let rest: Vec<String> = (0..30).map(|_| format!("w{}x", rng.below(3_000))).collect();
        json!({"space": ledger.space, "content": format!("{} {}", unique_word(number), rest.join(" "))})
    };
    let memories = serde_json::Value::Array(numbers.map(text).collect());
    let effects: Vec<_> = batch.iter().map(|word| (word.clone(), Fact::There)).collect();
    ledger.attempt(&effects, || client.query("SELECT * FROM engram_remember_many($1)", &[&memories])).map(drop)
}
