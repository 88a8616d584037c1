//! Many roles, one database: whatever is asked by whom and how, no row, id, cue or word comes back that the model of rights in
//! `engram_cluster_tests::rights` does not allow.
//!
//! One thread drives all sessions, so that the model is exact. `ENGRAM_TENANT_RECALLS` and `ENGRAM_SEED` make it longer and another.

mod question;
mod world;

use engram_cluster_tests::rights::{Known, World};
use engram_cluster_tests::{assert_consistent, setting_from_env};
use postgres::types::Type;
use question::Scope;
use std::collections::BTreeSet;
use uuid::Uuid;
use world::{Fuzz, Role, SPACES, Transaction, USERS, space};

impl Fuzz {
    /// A backend hears of changed memberships when it locks a relation that it has not locked yet: within a transaction it may believe the
    /// former ones for long. The savepoint gives the lock back, for the next time.
    fn spread_news(&mut self) {
        for s in self.sessions.iter_mut().filter(|s| s.transaction != Transaction::None) {
            s.run("SAVEPOINT news; SELECT FROM leaky.news; ROLLBACK TO news; RELEASE news").unwrap();
        }
    }

    /// A session does something to itself.
    fn turn(&mut self, at: usize) {
        let become_any: Vec<String> = self.world.may_become(&self.sessions[at].login).into_iter().collect();
        let role = self.rng.pick(&become_any).clone();
        let choice = self.rng.below(10);
        let world = self.world.clone();
        let local = self.rng.chance(40);
        let s = &mut self.sessions[at];
        let line = match (choice, s.transaction) {
            (0..=2, _) => {
                let block = s.transaction != Transaction::None;
                let sql = if block && local { format!("SET LOCAL ROLE {role}") } else { format!("SET ROLE {role}") };
                // What may become what was asked of the model; the server decides by the session user as well.
                s.run(&sql).unwrap_or_else(|error| panic!("{} {sql}: {error:?}", s.login));
                let top = s.roles.last_mut().expect("a session has a role");
                if block && local {
                    top.local = Some(role);
                } else {
                    *top = Role { session: role, local: None };
                }
                sql
            }
            (3, Transaction::None) => {
                s.run("RESET ROLE").unwrap();
                s.roles = vec![Role { session: s.login.clone(), local: None }];
                "RESET ROLE".to_owned()
            }
            (4 | 5, Transaction::None) => {
                s.run("BEGIN").unwrap();
                s.transaction = Transaction::ReadCommitted;
                s.roles.push(s.roles[0].clone());
                "BEGIN".to_owned()
            }
            (6, Transaction::None) => {
                s.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").unwrap();
                s.transaction = Transaction::RepeatableRead;
                s.roles.push(s.roles[0].clone());
                let me = s.user();
                s.seen = Some((world, me));
                "BEGIN REPEATABLE READ".to_owned()
            }
            (3 | 4, _) if s.roles.len() < 5 => {
                let sql = format!("SAVEPOINT p{}", s.roles.len());
                s.run(&sql).unwrap();
                s.roles.push(s.roles.last().expect("a session has a role").clone());
                sql
            }
            (5, _) if s.roles.len() > 2 => {
                s.roles.pop();
                let sql = format!("ROLLBACK TO p{}", s.roles.len());
                s.run(&sql).unwrap();
                s.roles.push(s.roles.last().expect("a session has a role").clone());
                sql
            }
            (6 | 7, Transaction::ReadCommitted | Transaction::RepeatableRead) => {
                let how = if local { "COMMIT" } else { "ROLLBACK" };
                s.end(how);
                how.to_owned()
            }
            (8, _) => {
                s.run("SET plan_cache_mode = force_generic_plan").unwrap();
                String::new()
            }
            _ => return,
        };
        let login = self.sessions[at].login.clone();
        self.note(format!("{login}: {line}"));
    }

    /// A session asks, and what it hears is held against the model.
    fn ask(&mut self, at: usize) {
        let me = self.sessions[at].user();
        let (mut sql, named, scope) = self.question(&me);
        let how = self.rng.below(12);
        let label = format!("{} as {}: {sql}", self.sessions[at].login, self.sessions[at].user());
        self.note(label.clone());
        let world = self.world.clone();
        let s = &mut self.sessions[at];
        let me = match &scope {
            Scope::As(by) => by.clone(),
            _ => s.user(),
        };
        let mut allowed = vec![(world.clone(), me.clone())];
        let in_block = s.transaction != Transaction::None;
        if let Some((then, _)) = &s.seen {
            // The rows of spaces are those of the snapshot; memberships and policies are those of now.
            let old = World { spaces: then.spaces.clone(), ..world.clone() };
            allowed = vec![(old, me.clone())];
        }
        if in_block {
            s.run("SAVEPOINT ask").unwrap();
        }
        let result = match how {
            0 => s
                .run(&format!("DEALLOCATE ALL; PREPARE kept AS {sql}"))
                .and_then(|()| s.client.query("EXECUTE kept", &[]).map(|_| ()))
                .and_then(|()| s.client.query("EXECUTE kept", &[])),
            1 => s.client.prepare_typed(&sql, &[] as &[Type]).and_then(|p| s.client.query(&p, &[])),
            2 if in_block && !matches!(scope, Scope::New(_)) => {
                sql = format!("CLOSE ALL; DECLARE c CURSOR FOR {sql}; FETCH 1 FROM c");
                match s.run(&sql) {
                    Ok(()) => s.client.query("FETCH ALL FROM c", &[]),
                    Err(e) => Err(e),
                }
            }
            _ => s.client.query(&sql, &[]),
        };
        if in_block {
            let end = if result.is_ok() { "RELEASE ask" } else { "ROLLBACK TO ask; RELEASE ask" };
            s.run(end).unwrap();
        }
        let heard: Vec<String> = s.notices.lock().unwrap().drain(..).collect();
        let mut texts = heard;
        let mut ids: Vec<Uuid> = Vec::new();
        match &result {
            Ok(rows) => {
                self.answered += usize::from(!rows.is_empty());
                for row in rows {
                    ids.extend(row.get::<_, Option<Vec<Option<Uuid>>>>(0).into_iter().flatten().flatten());
                    texts.push(row.get::<_, Option<String>>(1).unwrap_or_default());
                }
            }
            Err(error) => {
                self.refused += 1;
                let error = error.as_db_error().unwrap_or_else(|| panic!("{label}: {error:?}"));
                let code = error.code().code();
                assert!(!code.starts_with("XX"), "{label}: {error:?}");
                // Of what the caller named itself it may be told.
                let mut text =
                    format!("{} {} {}", error.message(), error.detail().unwrap_or(""), error.hint().unwrap_or(""));
                for name in &named {
                    text = text.replace(name.as_str(), "");
                }
                texts.push(text);
            }
        }
        self.judge(&label, &scope, &allowed, &ids, &texts);
    }

    fn judge(&mut self, label: &str, scope: &Scope, allowed: &[(World, String)], ids: &[Uuid], texts: &[String]) {
        let fail = |fuzz: &Fuzz, what: String| -> ! {
            panic!("{what}\n{label}\n{:#?}\nrights: {:#?} {:#?}", fuzz.log, allowed[0].0.grants, allowed[0].0.spaces)
        };
        for id in ids {
            self.checked += 1;
            if let (Scope::New(name), None) = (scope, self.world.memories.get(id)) {
                // A new one: its text is nobody's secret.
                self.world
                    .memories
                    .insert(*id, Known { space: name.clone(), label: None, token: "nothing".to_owned() });
                continue;
            }
            let fits = allowed.iter().any(|(world, me)| match scope {
                Scope::Space => world.memories.get(id).is_some_and(|m| world.may_read(me, &m.space)),
                _ => world.may_recall(me, id),
            });
            if !fits {
                fail(self, format!("memory {id} came back: {:?}", self.world.memories.get(id)));
            }
        }
        for text in texts {
            for name in (0..SPACES).map(space).filter(|name| text.contains(name.as_str())) {
                let fits = allowed.iter().any(|(world, me)| match scope {
                    Scope::Name => world.may_see(me, &name),
                    _ => world.may_read(me, &name),
                });
                if !fits {
                    fail(self, format!("space {name} was named: {text}"));
                }
            }
            for token in tokens_in(text) {
                let Some((id, memory)) = self.world.memories.iter().find(|(_, m)| m.token == token) else { continue };
                let fits = allowed.iter().any(|(world, me)| match scope {
                    Scope::Space => world.may_read(me, &memory.space),
                    _ => world.may_recall(me, id),
                });
                if !fits && !tokens_in(label).contains(&token) {
                    fail(self, format!("the word {token} of memory {id} was told: {text}"));
                }
            }
        }
    }
}

/// The words of our making in a text.
fn tokens_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter_map(|word| {
            let word = word.to_ascii_lowercase();
            let number = word.strip_prefix("zq").or_else(|| word.strip_prefix("marlow"))?.strip_suffix('x')?;
            number.parse::<u64>().ok()?;
            Some(format!("zq{number}x"))
        })
        .collect()
}

#[test]
fn no_role_hears_what_the_model_of_rights_does_not_allow() {
    let seed: u64 = setting_from_env("ENGRAM_SEED", 2026);
    let recalls: usize = setting_from_env("ENGRAM_TENANT_RECALLS", 2_000);
    println!("ENGRAM_SEED={seed} ENGRAM_TENANT_RECALLS={recalls}");
    let mut fuzz = Fuzz::new(seed);
    for n in 0..recalls {
        let at = fuzz.rng.below(USERS);
        match fuzz.rng.below(100) {
            0..=5 => {
                fuzz.change();
                fuzz.spread_news();
            }
            6..=24 => fuzz.turn(at),
            _ => {}
        }
        fuzz.ask(at);
        if n % 10_000 == 9_999 {
            println!("{} asked, {} answered, {} refused, {} ids", n + 1, fuzz.answered, fuzz.refused, fuzz.checked);
        }
    }
    for s in &mut fuzz.sessions {
        if s.transaction != Transaction::None {
            s.end("ROLLBACK");
        }
    }
    println!("{recalls} asked, {} answered, {} refused, {} ids", fuzz.answered, fuzz.refused, fuzz.checked);
    // The test would pass where nobody is told anything.
    assert!(fuzz.answered * 8 > recalls, "only {} of {recalls} questions were answered", fuzz.answered);
    assert!(fuzz.refused > 0);
    assert_consistent(&mut fuzz.admin);
}
