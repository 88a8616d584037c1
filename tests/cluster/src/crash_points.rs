//! Crash points of a debug build: arming one, seeing that it was reached, and going on afterwards.
//!
//! The point stands in a file of its own that postgresql.conf includes. So it arms backends, workers and launcher alike, and can be
//! disarmed while the server is down or kills itself again and again.

use crate::{Cluster, Options, Shutdown, wait_until};
use std::time::Duration;

const FILE: &str = "crash.conf";
const PATIENCE: Duration = Duration::from_secs(60);

impl Options {
    /// With a place for [`Cluster::arm`].
    pub fn with_crash_points(self) -> Options {
        self.with(&format!("include_if_exists = '{FILE}'"))
    }
}

impl Cluster {
    /// The names of all crash points; none in a release build.
    pub fn crash_points(&self) -> Vec<String> {
        let sql = "SELECT unnest(enumvals) FROM pg_settings WHERE name = 'engram.crash_point'";
        let rows = self.client().query(sql, &[]).expect("pg_settings is readable");
        rows.iter().map(|row| row.get(0)).filter(|name| name != "none").collect()
    }

    /// Every process kills itself when it has passed the point `after` times and comes to it again. Returns how often
    /// [`Cluster::times_reached`] says that happened before.
    pub fn arm(&self, point: &str, after: usize) -> usize {
        let before = self.times_reached(point);
        let text = format!("engram.crash_point = '{point}'\nengram.crash_after = {after}\n");
        std::fs::write(self.data().join(FILE), text).expect("crash.conf can be written");
        self.signal(self.postmaster_pid(), "HUP");
        wait_until(&format!("{point} is armed"), PATIENCE, || {
            self.times_reached(point) > before || self.crash_point().is_some_and(|armed| armed == point)
        });
        before
    }

    fn crash_point(&self) -> Option<String> {
        let mut client = self.try_client("postgres", "postgres").ok()?;
        Some(client.query_one("SHOW engram.crash_point", &[]).ok()?.get(0))
    }

    /// How often a process of this server has killed itself at the point.
    pub fn times_reached(&self, point: &str) -> usize {
        let text = std::fs::read(self.log()).unwrap_or_default();
        let line = format!("engram reached the crash point {point}");
        String::from_utf8_lossy(&text).lines().filter(|l| *l == line).count()
    }

    /// No process kills itself any more, and the server is back: by itself, or started again where the postmaster is gone.
    pub fn disarm(&self) {
        std::fs::write(self.data().join(FILE), "").expect("crash.conf can be written");
        wait_until("the server is back and nothing is armed", PATIENCE, || {
            if !self.is_running() {
                self.start_server();
            }
            self.signal(self.postmaster_pid(), "HUP");
            // A process from before the signal may still die once: the same session must outlive that.
            let Ok(mut client) = self.try_client("postgres", "postgres") else { return false };
            let disarmed =
                client.query_one("SHOW engram.crash_point", &[]).is_ok_and(|row| row.get::<_, &str>(0) == "none");
            disarmed && {
                std::thread::sleep(Duration::from_millis(250));
                client.simple_query("SELECT 1").is_ok()
            }
        });
    }

    /// Stops a server that may be dying by itself. Returns whether it is gone.
    pub fn try_stop(&self, how: Shutdown) -> bool {
        let mode = match how {
            Shutdown::Fast => "fast",
            Shutdown::Immediate => "immediate",
        };
        let _ = self.pg_ctl().args(["-m", mode, "stop"]).status().expect("pg_ctl runs");
        !self.is_running()
    }
}
