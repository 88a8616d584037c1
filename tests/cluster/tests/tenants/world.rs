//! Roles, spaces and memories: how they begin, and how they change.

use engram_cluster_tests::rights::{Grant, Known, SpaceRights, World};
use engram_cluster_tests::{Cluster, Options, Rng};
use postgres::{Client, Config, NoTls};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

pub const USERS: usize = 6;
pub const GROUPS: usize = 4;
pub const SPACES: usize = 5;
pub const MEMORIES: usize = 14;
pub const OURS: [&str; 4] = ["engram_reader", "engram_writer", "engram_admin", "pg_monitor"];

/// Words that many memories share, so that every question finds something everywhere.
pub const WORDS: [&str; 8] = ["harbour", "boat", "ferry", "bread", "lamp", "captain", "tide", "letter"];

/// A session and the role it acts as.
pub struct Session {
    pub login: String,
    /// Roles at the points that a rollback returns to, the present one last.
    pub roles: Vec<Role>,
    pub client: Client,
    pub notices: Arc<Mutex<Vec<String>>>,
    pub transaction: Transaction,
    /// The world when a snapshot was taken, and as whom.
    pub seen: Option<(World, String)>,
}

/// SET ROLE and SET LOCAL ROLE end at different times.
#[derive(Clone)]
pub struct Role {
    pub session: String,
    pub local: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    None,
    ReadCommitted,
    RepeatableRead,
}

impl Session {
    pub fn user(&self) -> String {
        let role = self.roles.last().expect("a session has a role");
        role.local.clone().unwrap_or_else(|| role.session.clone())
    }

    /// Runs what may fail; an ERROR in a transaction block returns to its last savepoint, or ends it.
    pub fn run(&mut self, sql: &str) -> Result<(), postgres::Error> {
        self.client.batch_execute(sql)
    }

    pub fn end(&mut self, how: &str) {
        self.run(how).expect("a transaction ends");
        let first = self.roles[0].clone();
        // COMMIT keeps what SET ROLE did, ROLLBACK takes it back.
        let last = self.roles.last().expect("a session has a role").session.clone();
        let session = if how == "COMMIT" { last } else { first.session };
        self.roles = vec![Role { session, local: None }];
        (self.transaction, self.seen) = (Transaction::None, None);
    }
}

pub struct Fuzz {
    pub cluster: Cluster,
    pub admin: Client,
    pub sessions: Vec<Session>,
    pub world: World,
    pub rng: Rng,
    pub major: u32,
    pub next: usize,
    /// Calls that returned something, calls that were refused, ids looked at.
    pub answered: usize,
    pub refused: usize,
    pub checked: usize,
    pub log: Vec<String>,
}

pub fn user(n: usize) -> String {
    format!("tenant_{n}")
}

pub fn group(n: usize) -> String {
    format!("team_{n}")
}

pub fn space(n: usize) -> String {
    format!("zspace{n}q")
}

impl Fuzz {
    pub fn new(seed: u64) -> Fuzz {
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

    pub fn do_admin(&mut self, sql: &str) {
        self.note(format!("admin: {sql}"));
        self.admin.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    pub fn note(&mut self, line: String) {
        self.log.push(line);
        if self.log.len() > 60 {
            self.log.remove(0);
        }
    }

    pub fn grant(&mut self, member: &str, role: &str, inherit: bool) {
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

    pub fn connect(&mut self, login: &str) -> Session {
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
        }
    }

    pub fn any_role(&mut self) -> String {
        match self.rng.below(USERS + GROUPS) {
            n if n < USERS => user(n),
            n => group(n - USERS),
        }
    }

    pub fn some_roles(&mut self) -> Vec<String> {
        (0..self.rng.below(3)).map(|_| self.any_role()).collect()
    }

    /// A space with memories, associations, cues, former versions and labels.
    pub fn make_space(&mut self, n: usize) {
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

    pub fn token(&mut self) -> String {
        self.next += 1;
        format!("zq{}x", self.next)
    }

    pub fn common(&mut self) -> String {
        format!("the {} is for everyone", self.rng.pick(&WORDS))
    }

    pub fn content(&mut self, token: &str) -> String {
        let words: Vec<&str> = (0..5).map(|_| *self.rng.pick(&WORDS)).collect();
        format!("{token} {} by Captain Marlow{}", words.join(" "), &token[2..])
    }

    /// Something changes in the world.
    pub fn change(&mut self) {
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
}
