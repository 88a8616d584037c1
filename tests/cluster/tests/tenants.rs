//! Many roles, one database: whatever is asked by whom and how, no row, id, cue or word comes back that the model of rights in
//! `engram_cluster_tests::rights` does not allow.
//!
//! One thread drives all sessions, so that the model is exact. `ENGRAM_TENANT_RECALLS` and `ENGRAM_SEED` make it longer and another.

use engram_cluster_tests::rights::{Grant, Known, SpaceRights, World};
use engram_cluster_tests::{Cluster, Options, Rng, assert_consistent, setting_from_env};
use postgres::types::Type;
use postgres::{Client, Config, NoTls};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

const USERS: usize = 6;
const GROUPS: usize = 4;
const SPACES: usize = 5;
const MEMORIES: usize = 14;
const OURS: [&str; 4] = ["engram_reader", "engram_writer", "engram_admin", "pg_monitor"];

/// Words that many memories share, so that every question finds something everywhere.
const WORDS: [&str; 8] = ["harbour", "boat", "ferry", "bread", "lamp", "captain", "tide", "letter"];

/// A session and the role it acts as.
struct Session {
    login: String,
    /// Roles at the points that a rollback returns to, the present one last.
    roles: Vec<Role>,
    client: Client,
    notices: Arc<Mutex<Vec<String>>>,
    transaction: Transaction,
    /// The world when a snapshot or a cursor was opened, and as whom.
    seen: Option<(World, String)>,
    cursor: Option<(World, String)>,
}

/// SET ROLE and SET LOCAL ROLE end at different times.
#[derive(Clone)]
struct Role {
    session: String,
    local: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    ReadCommitted,
    RepeatableRead,
}

impl Session {
    fn user(&self) -> String {
        let role = self.roles.last().expect("a session has a role");
        role.local.clone().unwrap_or_else(|| role.session.clone())
    }

    /// Runs what may fail; an ERROR in a transaction block returns to its last savepoint, or ends it.
    fn run(&mut self, sql: &str) -> Result<(), postgres::Error> {
        self.client.batch_execute(sql)
    }

    fn end(&mut self, how: &str) {
        self.run(how).expect("a transaction ends");
        let first = self.roles[0].clone();
        // COMMIT keeps what SET ROLE did, ROLLBACK takes it back.
        let last = self.roles.last().expect("a session has a role").session.clone();
        let session = if how == "COMMIT" { last } else { first.session };
        self.roles = vec![Role { session, local: None }];
        (self.transaction, self.seen, self.cursor) = (Transaction::None, None, None);
    }
}

struct Fuzz {
    cluster: Cluster,
    admin: Client,
    sessions: Vec<Session>,
    world: World,
    rng: Rng,
    major: u32,
    next: usize,
    /// Calls that returned something, calls that were refused, ids looked at.
    answered: usize,
    refused: usize,
    checked: usize,
    log: Vec<String>,
}

fn user(n: usize) -> String {
    format!("tenant_{n}")
}

fn group(n: usize) -> String {
    format!("team_{n}")
}

fn space(n: usize) -> String {
    format!("zspace{n}q")
}

impl Fuzz {
    fn new(seed: u64) -> Fuzz {
        let cluster = Cluster::with_extension(&Options::words_only().with("engram.hebbian_rate = 0.2"));
        let admin = cluster.client();
        let major = cluster.server().major();
        let mut fuzz = Fuzz {
            cluster,
            admin,
            sessions: Vec::new(),
            world: World::default(),
            rng: Rng::new(seed),
            major,
            next: 0,
            answered: 0,
            refused: 0,
            checked: 0,
            log: Vec::new(),
        };
        fuzz.admin
            .batch_execute(
                "CREATE SCHEMA leaky; GRANT ALL ON SCHEMA leaky TO public;
                 CREATE TABLE leaky.news (); GRANT SELECT ON leaky.news TO public",
            )
            .unwrap();
        for n in 0..GROUPS {
            fuzz.do_admin(&format!("CREATE ROLE {}", group(n)));
            fuzz.grant(&group(n), OURS[fuzz.next % 2], true);
            fuzz.next += 1;
        }
        for n in 0..USERS {
            fuzz.do_admin(&format!("CREATE ROLE {} LOGIN", user(n)));
            fuzz.grant(&user(n), OURS[1], true);
        }
        for n in 0..SPACES {
            fuzz.make_space(n);
        }
        for n in 0..USERS {
            let session = fuzz.connect(&user(n));
            fuzz.sessions.push(session);
        }
        fuzz
    }

    fn do_admin(&mut self, sql: &str) {
        self.note(format!("admin: {sql}"));
        self.admin.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    fn note(&mut self, line: String) {
        self.log.push(line);
        if self.log.len() > 60 {
            self.log.remove(0);
        }
    }

    fn grant(&mut self, member: &str, role: &str, inherit: bool) {
        if self.major >= 16 {
            self.do_admin(&format!("GRANT {role} TO {member} WITH INHERIT {inherit}"));
        } else {
            self.do_admin(&format!("GRANT {role} TO {member}"));
        }
        self.world.grants.retain(|g| !(g.member == member && g.role == role));
        // Before 16 it is the member that inherits, all or nothing.
        let inherit = if self.major >= 16 {
            inherit
        } else {
            self.world.grants.iter().find(|g| g.member == member).is_none_or(|g| g.inherit)
        };
        self.world.grants.push(Grant { member: member.to_owned(), role: role.to_owned(), inherit });
    }

    fn connect(&mut self, login: &str) -> Session {
        let notices = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&notices);
        let mut client = Config::new()
            .host_path(self.cluster.socket())
            .port(5432)
            .user(login)
            .dbname("postgres")
            .notice_callback(move |notice| heard.lock().unwrap().push(notice.to_string()))
            .connect(NoTls)
            .unwrap();
        client
            .batch_execute(&format!(
                "SET lock_timeout = '2s';
                 CREATE FUNCTION leaky.by_{login}(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
                     $$BEGIN RAISE NOTICE 'leaked: %', t; RETURN true; END$$;
                 CREATE FUNCTION leaky.as_{login}(cue text, space text) RETURNS TABLE (ids uuid[], texts text) LANGUAGE sql SECURITY DEFINER
                     AS $$SELECT array[id] || via, content FROM engram_recall(cue => $1, space => $2)$$;
                 GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leaky TO public"
            ))
            .unwrap();
        let role = Role { session: login.to_owned(), local: None };
        Session {
            login: login.to_owned(),
            roles: vec![role],
            client,
            notices,
            transaction: Transaction::None,
            seen: None,
            cursor: None,
        }
    }

    fn any_role(&mut self) -> String {
        match self.rng.below(USERS + GROUPS) {
            n if n < USERS => user(n),
            n => group(n - USERS),
        }
    }

    fn some_roles(&mut self) -> Vec<String> {
        (0..self.rng.below(3)).map(|_| self.any_role()).collect()
    }

    /// A space with memories, associations, cues, former versions and labels.
    fn make_space(&mut self, n: usize) {
        let name = space(n);
        let rights = SpaceRights { owner: self.any_role(), readers: self.some_roles(), writers: self.some_roles() };
        self.do_admin(&format!(
            "SELECT engram_create_space('{name}', owner => '{}', readers => '{{{}}}', writers => '{{{}}}')",
            rights.owner,
            rights.readers.join(","),
            rights.writers.join(",")
        ));
        self.world.spaces.insert(name.clone(), rights);
        let mut ids = Vec::new();
        for _ in 0..MEMORIES {
            let token = self.token();
            // Some say what anybody may say again.
            let content = if self.rng.chance(20) { self.common() } else { self.content(&token) };
            let id: Uuid = self
                .admin
                .query_one(
                    "SELECT engram_remember($1, space => $2, context => $3, cues => ARRAY['tag ' || $4], source => $4, on_duplicate => 'store')",
                    &[&content, &name, &format!("call {}", self.rng.below(4)), &token],
                )
                .unwrap()
                .get(0);
            let label = if self.rng.chance(30) { Some(user(self.rng.below(USERS))) } else { None };
            if label.is_some() {
                self.admin
                    .execute("UPDATE engram.memory SET label = $1 WHERE space = $2 AND id = $3", &[&label, &name, &id])
                    .unwrap();
            }
            self.world.memories.insert(id, Known { space: name.clone(), label, token });
            ids.push(id);
        }
        for _ in 0..MEMORIES {
            let (a, b) = (*self.rng.pick(&ids), *self.rng.pick(&ids));
            if a != b {
                self.admin
                    .execute("SELECT engram_associate($1, $2, space => $3, weight => 0.9)", &[&a, &b, &name])
                    .unwrap();
            }
        }
        for _ in 0..3 {
            let id = *self.rng.pick(&ids);
            let token = self.world.memories[&id].token.clone();
            let content = self.content(&token);
            self.admin.execute("SELECT engram_update($1, $2, space => $3)", &[&id, &content, &name]).unwrap();
        }
        let token = self.token();
        let alias = format!("INSERT INTO engram.cue_alias VALUES ('{name}', 'nick of {name} {token}', 'harbour')");
        self.do_admin(&alias);
    }

    fn token(&mut self) -> String {
        self.next += 1;
        format!("zq{}x", self.next)
    }

    fn common(&mut self) -> String {
        format!("the {} is for everyone", self.rng.pick(&WORDS))
    }

    fn content(&mut self, token: &str) -> String {
        let words: Vec<&str> = (0..5).map(|_| *self.rng.pick(&WORDS)).collect();
        format!("{token} {} by Captain Marlow{}", words.join(" "), &token[2..])
    }

    /// Something changes in the world.
    fn change(&mut self) {
        let idle = self.sessions.iter().all(|s| s.transaction == Transaction::None);
        match self.rng.below(if idle { 9 } else { 6 }) {
            0 | 1 => {
                let (member, role) = (self.any_role(), group(self.rng.below(GROUPS)));
                // No circles: a group belongs to those after it.
                if member < role || member.starts_with("tenant") {
                    let inherit = self.rng.chance(60);
                    self.grant(&member, &role, inherit);
                }
            }
            2 => {
                let revocable: Vec<Grant> =
                    self.world.grants.iter().filter(|g| g.role.starts_with("team")).cloned().collect();
                if !revocable.is_empty() {
                    let gone = self.rng.pick(&revocable).clone();
                    self.do_admin(&format!("REVOKE {} FROM {}", gone.role, gone.member));
                    self.world.grants.retain(|g| !(g.member == gone.member && g.role == gone.role));
                }
            }
            3 => {
                let (member, role) = (self.any_role(), OURS[self.rng.below(4)]);
                if self.rng.chance(70) {
                    self.grant(&member, role, true);
                } else if role != "engram_reader" {
                    self.do_admin(&format!("REVOKE {role} FROM {member}"));
                    self.world.grants.retain(|g| !(g.member == member && g.role == role));
                }
            }
            4 if self.major < 16 => {
                let (member, inherit) = (self.any_role(), self.rng.chance(70));
                self.do_admin(&format!("ALTER ROLE {member} {}", if inherit { "INHERIT" } else { "NOINHERIT" }));
                self.world.grants.iter_mut().filter(|g| g.member == member).for_each(|g| g.inherit = inherit);
            }
            4 | 5 => {
                let name = space(self.rng.below(SPACES));
                let rights =
                    SpaceRights { owner: self.any_role(), readers: self.some_roles(), writers: self.some_roles() };
                self.do_admin(&format!(
                    "SELECT engram_configure_space('{name}', owner => '{}', readers => '{{{}}}', writers => '{{{}}}')",
                    rights.owner,
                    rights.readers.join(","),
                    rights.writers.join(",")
                ));
                self.world.spaces.insert(name, rights);
            }
            6 | 7 => {
                let sql = if self.world.labels {
                    "DROP POLICY own_label ON engram.memory"
                } else {
                    "CREATE POLICY own_label ON engram.memory AS RESTRICTIVE USING (label IS NULL OR label = current_user)"
                };
                self.do_admin(sql);
                self.world.labels = !self.world.labels;
            }
            _ => {
                // A space goes, and another one of its name comes.
                let n = self.rng.below(SPACES);
                self.do_admin(&format!("SELECT engram_drop_space('{}')", space(n)));
                self.world.memories.retain(|_, m| m.space != space(n));
                self.make_space(n);
            }
        }
    }

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
                s.cursor = None;
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

    /// A question, as SQL that returns ids and texts, and the names and ids it names itself.
    fn question(&mut self, me: &str) -> (String, Vec<String>, Scope) {
        // Mostly one that there is something to hear about.
        let readable: Vec<usize> = (0..SPACES).filter(|n| self.world.may_read(me, &space(*n))).collect();
        let friendly = !readable.is_empty() && self.rng.chance(60);
        let name = space(if friendly { *self.rng.pick(&readable) } else { self.rng.below(SPACES) });
        let other = space(self.rng.below(SPACES));
        let ids: Vec<Uuid> = {
            let mut all: Vec<Uuid> = self.world.memories.keys().copied().collect();
            all.sort_unstable();
            (0..1 + self.rng.below(2)).map(|_| *self.rng.pick(&all)).collect()
        };
        let tokens: Vec<String> = ids.iter().map(|id| self.world.memories[id].token.clone()).collect();
        let cue = match self.rng.below(3) {
            0 => tokens[0].clone(),
            1 => format!("{} Captain Marlow{}", self.rng.pick(&WORDS), &tokens[0][2..]),
            _ => format!("{} {}", self.rng.pick(&WORDS), self.rng.pick(&WORDS)),
        };
        let list = ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        let mut with = format!("cue => '{cue}', k => {}", 1 + self.rng.below(20));
        let more = [
            format!(", ids => '{{{list}}}'"),
            format!(", context => 'call {}'", self.rng.below(4)),
            format!(", in_context => 'call {}'", self.rng.below(4)),
            format!(", cues => ARRAY['tag {}', 'harbour']", tokens[0]),
            ", filter => '{}'".to_owned(),
            ", max_tokens => 60".to_owned(),
            ", hops => 5".to_owned(),
            ", reinforce => false".to_owned(),
            ", include_cold => true".to_owned(),
        ];
        for _ in 0..self.rng.below(3) {
            let one = self.rng.pick(&more);
            let key = one.split("=>").next().expect("an argument has a name");
            if !with.contains(key) {
                with.push_str(one);
            }
        }
        let row = "array[id] || via, concat_ws(' ', content, context, source, metadata, space, origin)";
        let by = user(self.rng.below(USERS));
        let common = self.common();
        let (sql, scope) = match self.rng.below(26) {
            0..=5 => (format!("SELECT {row} FROM engram_recall(space => '{name}', {with})"), Scope::Row),
            6 | 7 => {
                (format!("SELECT {row} FROM engram_recall_across(spaces => '{{{name},{other}}}', {with})"), Scope::Row)
            }
            8 => (
                format!(
                    "SELECT array[id], concat_ws(' ', signal, detail) FROM engram_explain_recall(space => '{name}', {with})"
                ),
                Scope::Row,
            ),
            9 => (
                format!("SELECT '{{}}'::uuid[], t FROM engram_explain_recall_text(space => '{name}', {with}) t"),
                Scope::Row,
            ),
            10 | 11 => (
                format!(
                    "SELECT array[id] || via, '' FROM engram_spread(sources => '{{{list}}}', space => '{name}', k => 50)"
                ),
                Scope::Row,
            ),
            12 => (
                format!(
                    "SELECT '{{}}'::uuid[], t::text FROM engram_feeling_of_knowing(cue => '{cue}', space => '{name}') t"
                ),
                Scope::Row,
            ),
            13 => (format!("SELECT '{{}}'::uuid[], t::text FROM engram.graph_health('{name}') t"), Scope::Row),
            14 => (
                format!(
                    "SELECT array[id], content || coalesce(source, '') FROM engram.memories WHERE leaky.by_{by}(content)"
                ),
                Scope::Row,
            ),
            15 => ("SELECT array[id], content FROM engram.memory_history".to_owned(), Scope::Row),
            16 => (
                format!(
                    "SELECT array[id], content FROM engram.memory WHERE leaky.by_{by}(source) AND content ~ '{cue}'"
                ),
                Scope::Row,
            ),
            17 => ("SELECT '{}'::uuid[], t::text FROM engram.stat_tier t".to_owned(), Scope::Name),
            18 => ("SELECT '{}'::uuid[], space || owner_role FROM engram.space".to_owned(), Scope::Name),
            // These are read by whoever may read the space, whatever a policy of somebody's own says about engram.memory.
            19 => ("SELECT array[source, target], space FROM engram.association".to_owned(), Scope::Space),
            20 => ("SELECT '{}'::uuid[], space || alias || cue FROM engram.cue_alias".to_owned(), Scope::Space),
            21 => ("SELECT array[id], space FROM engram.trace".to_owned(), Scope::Space),
            22 => (format!("SELECT ids, texts FROM leaky.as_{by}('{cue}', '{name}')"), Scope::As(by)),
            23 => (
                format!(
                    "SELECT array[m.id], m.content FROM engram_recall(space => '{name}', {with}) r, engram.memories m WHERE m.id = ANY (r.via || r.id)"
                ),
                Scope::Row,
            ),
            24 => (
                format!("SELECT {row} FROM engram_recall(space => '{name}', {with}) WHERE leaky.by_{by}(content)"),
                Scope::Row,
            ),
            _ => (
                format!("SELECT array[engram_remember('{common}', space => '{name}', on_duplicate => 'skip')], ''"),
                Scope::New(name.clone()),
            ),
        };
        let mut named = vec![name, other, cue];
        named.extend(tokens);
        named.extend(ids.iter().map(Uuid::to_string));
        (sql, named, scope)
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
                    Ok(()) => {
                        s.cursor = Some((allowed[0].0.clone(), me.clone()));
                        s.client.query("FETCH ALL FROM c", &[])
                    }
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

/// By whose rights a result is judged, and how far they reach.
enum Scope {
    /// Memories one by one.
    Row,
    /// Whole spaces.
    Space,
    /// Names of spaces and their statistics.
    Name,
    /// Memories, as another role sees them.
    As(String),
    /// A memory that was stored in a space, or was there.
    New(String),
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
