//! Primaries and standbys: waiting for replay, promoting, rewinding, and stopping a process for a while.

use crate::cluster::Cluster;
use crate::server::run;
use crate::{Hit, recall, wait_until};
use postgres::Client;
use std::process::{Command, Stdio};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

impl Cluster {
    /// Waits until `standby` has replayed all that this server has written so far.
    pub fn wait_replayed(&self, standby: &Cluster) {
        // What is committed is flushed; the insert position may be just behind a page header.
        let written: String =
            self.client().query_one("SELECT pg_current_wal_flush_lsn()::text", &[]).expect("a position").get(0);
        let sql = format!("SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= '{written}'");
        wait_until("the standby has replayed everything", PATIENCE, || {
            let client = standby.try_client("postgres", "postgres");
            client.is_ok_and(|mut client| client.query_one(&sql, &[]).is_ok_and(|row| row.get(0)))
        });
    }

    /// Makes a standby a primary.
    pub fn promote(&self) {
        assert_eq!(self.psql("SELECT pg_promote(true, 60)"), "t", "{}", self.log_tail());
    }

    /// Has the server read its configuration again, also while it restarts after a crash.
    pub fn reload(&self) {
        self.signal(self.postmaster_pid(), "HUP");
    }

    /// Sends a signal to a process of this server.
    pub fn signal(&self, pid: i32, signal: &str) {
        // It may have ended by itself in the meantime.
        let _ = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).stderr(Stdio::null()).status();
    }

    /// Process id of the maintenance worker, once there is one.
    pub fn worker_pid(&self) -> i32 {
        let mut pid = String::new();
        wait_until("a maintenance worker runs", PATIENCE, || {
            pid =
                self.psql("SELECT pid FROM engram.stat_worker WHERE worker = 'maintenance' AND database = 'postgres'");
            !pid.is_empty()
        });
        pid.parse().expect("a process id is a number")
    }

    /// Makes this server, which is stopped, a standby of `source`, undoing what it alone had written.
    pub fn rewind(&self, source: &Cluster) {
        let connection = format!("host={} port=5432 user=postgres dbname=postgres", source.socket().display());
        // What is the server's own stays its own.
        let conf = self.socket().join("data/postgresql.conf");
        let own = std::fs::read(&conf).expect("postgresql.conf is readable");
        let data = self.socket().join("data");
        run(self
            .server()
            .command("pg_rewind")
            .arg("-D")
            .arg(&data)
            .arg("-R")
            .arg("--no-sync")
            .args(["--source-server", &connection]));
        std::fs::write(&conf, own).expect("postgresql.conf can be written");
    }
}

/// One number of `engram.stat_standby`.
pub fn standby_count(client: &mut Client, column: &str) -> i64 {
    client.query_one(&format!("SELECT {column} FROM engram.stat_standby"), &[]).expect("the view is readable").get(0)
}

/// Waits until a standby follows a space in shared memory.
pub fn wait_following(client: &mut Client, space: &str) {
    wait_until(&format!("the space {space} is followed"), PATIENCE, || {
        let sql = "SELECT FROM engram.stat_tier WHERE space = $1 AND mode = 'shared' AND state = 'following'";
        let follows = client.query_opt(sql, &[&space]).expect("engram.stat_tier is readable").is_some();
        if !follows {
            // The space itself may not have arrived yet; whoever asks for it has it loaded.
            let _ = client.query("SELECT FROM engram_recall('nothing', space => $1, k => 1)", &[&space]);
        }
        follows
    });
}

/// What comes to mind on a standby, and none of it from a private region.
pub fn recall_shared(client: &mut Client, space: &str, cue: &str, k: i32) -> Vec<Hit> {
    let mut hits = Vec::new();
    wait_following(client, space);
    wait_until("shared memory answers a recall", PATIENCE, || {
        let private = |c: &mut Client| standby_count(c, "missed") + standby_count(c, "ambiguous");
        let before = private(client);
        hits = recall(client, space, cue, k);
        wait_following(client, space);
        private(client) == before
    });
    hits
}
