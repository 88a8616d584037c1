//! One private cluster: made by initdb or pg_basebackup, started, stopped, killed, and removed when
//! the test lets go of it.

use crate::server::{Server, run};
use crate::wait_until;
use postgres::{Client, Config, NoTls};
use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How long a server may take to start, to stop or to recover.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a test asks of its cluster.
#[derive(Clone)]
pub struct Options {
    /// Whether `shared_preload_libraries` names the extension.
    pub preload: bool,
    /// Whether commits reach the disk; only a kill of the whole machine would tell the difference.
    pub fsync: bool,
    /// Lines added to postgresql.conf.
    pub conf: Vec<String>,
    /// A command and its arguments that the server is started under, such as valgrind.
    pub under: Vec<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options { preload: true, fsync: false, conf: Vec::new(), under: Vec::new() }
    }
}

impl Options {
    /// Without the built-in encoder, by which any memory comes to mind a little: only words and cues find something.
    pub fn words_only() -> Options {
        Options::default().with("engram.builtin_encoder = off")
    }

    /// What decides about scores as it is by default, and not as tests of other things want it.
    pub fn as_shipped(self) -> Options {
        ["engram.priming = session", "engram.interference_weight = 0.2", "engram.decay = on"]
            .iter()
            .fold(self, |options, line| options.with(line))
    }

    /// The same with one more line of postgresql.conf.
    pub fn with(mut self, line: &str) -> Options {
        self.conf.push(line.to_string());
        self
    }
}

/// How a server is told to stop.
#[derive(Clone, Copy)]
pub enum Shutdown {
    /// Sessions are ended, a checkpoint is written.
    Fast,
    /// Everything stops at once; the next start recovers from the log.
    Immediate,
}

/// A cluster and its server. The directory goes when this is dropped.
pub struct Cluster {
    server: Server,
    dir: PathBuf,
    under: Vec<String>,
}

impl Cluster {
    /// A new cluster with a running server, without the extension.
    pub fn start(options: &Options) -> Cluster {
        let cluster = Cluster::stopped(Server::installed(), options);
        cluster.start_server();
        cluster
    }

    /// A new cluster of `server` that has not been started yet.
    pub fn stopped(server: Server, options: &Options) -> Cluster {
        let cluster = Cluster::empty(server, &options.under);
        run(cluster.server.command("initdb").arg("-D").arg(cluster.data()).args([
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]));
        let mut conf = vec![
            "listen_addresses = ''".to_string(),
            format!("unix_socket_directories = '{}'", cluster.dir.display()),
            "max_wal_senders = 4".to_string(),
            // Compiling a plan takes hundreds of milliseconds in which a cancel is not seen.
            "jit = off".to_string(),
            // Scores would depend on the milliseconds since the last recall, and on hits behind those that are returned, which tiers
            // do not promise: a test that is about either turns it on.
            "engram.priming = off".to_string(),
            "engram.interference_weight = 0".to_string(),
            // Beliefs would come while one counts memories: a test that is about them turns it on.
            "engram.consolidation = off".to_string(),
            "log_line_prefix = '%m [%p] %d '".to_string(),
            format!("fsync = {}", if options.fsync { "on" } else { "off" }),
            // Tests compare the scores of recalls at different times.
            "engram.decay = off".to_string(),
        ];
        if options.preload {
            conf.push("shared_preload_libraries = 'engram'".to_string());
            conf.push("engram.hot_tier_size = '64MB'".to_string());
            conf.push("engram.maintenance_interval = '1s'".to_string());
        }
        conf.extend(options.conf.iter().cloned());
        cluster.append_conf(&conf);
        cluster
    }

    /// The same with the extension in the database `postgres`.
    pub fn with_extension(options: &Options) -> Cluster {
        let cluster = Cluster::start(options);
        cluster.psql("CREATE EXTENSION engram CASCADE");
        cluster
    }

    /// A hot standby of this cluster, replaying from it, with `options` added to its configuration.
    pub fn standby(&self, options: &Options) -> Cluster {
        let standby = Cluster::empty(self.server.clone(), &options.under);
        run(standby.server.command("pg_basebackup").arg("-D").arg(standby.data()).args([
            "-h",
            &self.dir.display().to_string(),
            "-U",
            "postgres",
            "-R",
            "-c",
            "fast",
            "--no-sync",
        ]));
        let preload = if options.preload { "engram" } else { "" };
        let mut conf = vec![
            format!("unix_socket_directories = '{}'", standby.dir.display()),
            format!("shared_preload_libraries = '{preload}'"),
        ];
        conf.extend(options.conf.iter().cloned());
        standby.append_conf(&conf);
        standby.start_server();
        standby
    }

    pub(crate) fn empty(server: Server, under: &[String]) -> Cluster {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let dir = PathBuf::from(format!("/tmp/engram-cluster-{}-{number}", std::process::id()));
        server.make_directory(&dir);
        Cluster { server, dir, under: under.to_vec() }
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// What the server writes to standard error.
    pub fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// The directory of the socket, for connection strings of other servers.
    pub fn socket(&self) -> &Path {
        &self.dir
    }

    /// The installation that runs this cluster.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Adds lines to postgresql.conf; they take effect at the next start or reload.
    pub fn append_conf(&self, lines: &[String]) {
        let path = self.data().join("postgresql.conf");
        let mut file = OpenOptions::new().append(true).open(path).expect("postgresql.conf opens");
        for line in lines {
            writeln!(file, "{line}").expect("postgresql.conf can be written");
        }
    }

    pub(crate) fn pg_ctl(&self) -> Command {
        let mut command = self.server.command("pg_ctl");
        let seconds = PATIENCE.as_secs().to_string();
        command.arg("-D").arg(self.data()).args(["-s", "-w", "-t", &seconds]);
        // A server inherits what pg_ctl has open; pipes would keep the caller waiting for it.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts the server and waits until it takes connections.
    pub fn start_server(&self) {
        assert!(self.try_start(), "the server did not start: {}", self.log_tail());
        self.wait_ready();
    }

    /// Starts the server where that is possible: one that is told to kill itself may not come up.
    pub fn try_start(&self) -> bool {
        let mut command = self.pg_ctl();
        command.arg("-l").arg(self.log());
        if !self.under.is_empty() {
            command.arg("-p").arg(self.program());
        }
        command.arg("start").status().expect("pg_ctl runs").success() && self.is_running()
    }

    /// A program that starts the server under a command.
    fn program(&self) -> PathBuf {
        let path = self.dir.join("postgres.sh");
        let postgres = self.server.program("postgres");
        let text = format!("#!/bin/sh\nexec {} {} \"$@\"\n", self.under.join(" "), postgres.display());
        std::fs::write(&path, text).expect("a script can be written");
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("a script can be made executable");
        path
    }

    /// Stops the server. A clean stop asked for while crash recovery begins can hang PostgreSQL 15,
    /// therefore the server is waited for first.
    pub fn stop(&self, how: Shutdown) {
        let mode = match how {
            Shutdown::Fast => "fast",
            Shutdown::Immediate => "immediate",
        };
        if let Shutdown::Fast = how {
            self.wait_ready();
        }
        let status = self.pg_ctl().args(["-m", mode, "stop"]).status().expect("pg_ctl runs");
        assert!(status.success(), "the server did not stop ({mode}): {}", self.log_tail());
    }

    /// Stops cleanly and starts again.
    pub fn restart(&self) {
        self.stop(Shutdown::Fast);
        self.start_server();
    }

    /// The process id in the first line of postmaster.pid.
    pub fn postmaster_pid(&self) -> i32 {
        self.pid_in_file().expect("postmaster.pid begins with a process id")
    }

    fn pid_in_file(&self) -> Option<i32> {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Whether the postmaster is there.
    pub fn is_running(&self) -> bool {
        self.pid_in_file().is_some_and(is_process)
    }

    /// SIGKILL for the postmaster; its children notice and leave. The caller starts the server again.
    pub fn kill_postmaster(&self) {
        let postmaster = self.postmaster_pid();
        let children = self.server_processes();
        self.signal(postmaster, "KILL");
        wait_until("the killed postmaster has gone", PATIENCE, || !Path::new(&format!("/proc/{postmaster}")).exists());
        wait_until("the children of a killed postmaster have gone", PATIENCE, || {
            children.iter().all(|pid| !is_process(*pid))
        });
    }

    /// None when the server does not answer.
    fn server_processes(&self) -> Vec<i32> {
        let Ok(mut client) = self.try_client("postgres", "postgres") else { return Vec::new() };
        let rows = client.query("SELECT pid FROM pg_stat_activity", &[]).unwrap_or_default();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Makes a standby a primary.
    pub fn promote(&self) {
        // One that a crash point ends on the way does not get there.
        let _ = self.pg_ctl().arg("promote").status().expect("pg_ctl runs");
    }

    /// SIGKILL for one process of this server.
    pub fn kill(&self, pid: i32) {
        self.signal(pid, "KILL");
        self.wait_reaped(pid);
    }

    /// Runs `sql` in a session that dies at a crash point after it was passed `after` times, and waits for the recovery.
    pub fn dies_at(&self, point: &str, after: u32, sql: &str) {
        let mut victim = self.client();
        let arm = format!("SET engram.crash_after = {after}; SET engram.crash_point = '{point}'");
        victim.batch_execute(&arm).expect("the debug build has crash points");
        let pid = victim.query_one("SELECT pg_backend_pid()", &[]).expect("a session").get(0);
        assert!(victim.batch_execute(sql).is_err(), "{point} was not met");
        self.wait_reaped(pid);
        self.wait_ready();
    }

    /// Waits until the postmaster knows that its child has died: until then it takes connections that it ends at once.
    fn wait_reaped(&self, pid: i32) {
        let is_there = || Path::new("/proc").join(pid.to_string()).exists();
        wait_until("the postmaster has noticed a death", PATIENCE, || !is_there());
    }

    /// A signal for one process of this server.
    pub fn signal(&self, pid: i32, signal: &str) {
        // It may have ended by itself in the meantime.
        let _ = Command::new("kill").args(["-s", signal, &pid.to_string()]).stderr(Stdio::null()).status();
    }

    /// The processes of this server of a kind, by what pg_stat_activity calls it; none when it does not answer.
    pub fn pids_of(&self, backend_type: &str) -> Vec<i32> {
        let Ok(mut client) = self.try_client("postgres", "postgres") else { return Vec::new() };
        let sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = $1 AND pid <> pg_backend_pid()";
        let rows = client.query(sql, &[&backend_type]).unwrap_or_default();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Waits until a connection succeeds, through a crash recovery if need be.
    pub fn wait_ready(&self) {
        wait_until(&format!("the server takes connections: {}", self.log_tail()), PATIENCE, || {
            self.try_client("postgres", "postgres").is_ok_and(|mut client| client.simple_query("SELECT 1").is_ok())
        });
    }

    /// A session of the superuser in the database `postgres`.
    pub fn client(&self) -> Client {
        self.client_of("postgres", "postgres")
    }

    /// A session of `user` in `database`.
    pub fn client_of(&self, database: &str, user: &str) -> Client {
        self.try_client(database, user)
            .unwrap_or_else(|error| panic!("no connection to {database} as {user}: {error:?}"))
    }

    /// The same where a refusal is an answer.
    pub fn try_client(&self, database: &str, user: &str) -> Result<Client, postgres::Error> {
        Config::new()
            .host_path(&self.dir)
            .port(5432)
            .user(user)
            .dbname(database)
            .application_name("cluster test")
            .connect_timeout(Duration::from_secs(10))
            .connect(NoTls)
    }

    /// What psql prints, unaligned and without headers, for `sql` in the database `postgres`.
    pub fn psql(&self, sql: &str) -> String {
        self.psql_in("postgres", sql)
    }

    /// The same in `database`.
    pub fn psql_in(&self, database: &str, sql: &str) -> String {
        let output = run(self
            .server
            .command("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-p", "5432", "-h"])
            .arg(&self.dir)
            .args(["-d", database, "-c", sql]));
        String::from_utf8(output.stdout).expect("psql prints UTF-8").trim_end().to_string()
    }

    /// What pg_dump writes about `database`.
    pub fn dump(&self, database: &str) -> Vec<u8> {
        run(self.tool("pg_dump").args(["-d", database])).stdout
    }

    /// Restores what [`Cluster::dump`] gave into the empty `database`.
    pub fn restore(&self, database: &str, dump: &[u8]) {
        let path = self.dir.join("dump.sql");
        std::fs::write(&path, dump).expect("the dump can be written");
        let mut command = self.server.command("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-p", "5432", "-h"]).arg(&self.dir);
        run(command.args(["-d", database, "-f"]).arg(&path));
    }

    /// Everything the server has logged.
    pub fn log_text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log()).unwrap_or_default()).into_owned()
    }

    /// The end of the server's log, for the message of a failing test.
    pub fn log_tail(&self) -> String {
        let text = self.log_text();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

/// Whether a process with this number is there, and not only its entry waiting to be read by its parent.
fn is_process(pid: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The state follows the name, which is in parentheses and may hold any character.
    !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the end of {}:\n{}", self.log().display(), self.log_tail());
        }
        // It may be stopped already.
        let _ = self.pg_ctl().args(["-m", "immediate", "stop"]).status();
        if std::env::var_os("ENGRAM_KEEP_CLUSTERS").is_none() {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}
