//! What moves a database or a cluster elsewhere: dumps in both formats, restores, base backups, pg_upgrade.

use crate::cluster::{Cluster, Options};
use crate::server::{Server, run};
use std::path::PathBuf;
use std::process::{Command, Output};

impl Cluster {
    /// A client program that will connect to this cluster as the superuser.
    pub fn tool(&self, program: &str) -> Command {
        let mut command = self.server().command(program);
        command.args(["-U", "postgres", "-p", "5432", "-h"]).arg(self.socket());
        command
    }

    /// Dumps `database` with further options into a file that other clusters' programs can read.
    pub fn dump_file(&self, database: &str, options: &[&str]) -> PathBuf {
        let name: String = options.concat().chars().filter(char::is_ascii_alphanumeric).collect();
        let path = self.socket().join(format!("{name}.dump"));
        run(self.tool("pg_dump").args(options).args(["-d", database, "-f"]).arg(&path));
        path
    }

    /// Runs a file by psql in `database`; the answer may be a failure.
    pub fn try_script(&self, database: &str, path: &PathBuf) -> Output {
        let mut command = self.tool("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f"]).arg(path);
        command.output().expect("psql runs")
    }

    /// Restores a file of pg_dump's custom format.
    pub fn pg_restore(&self, database: &str, options: &[&str], path: &PathBuf) {
        run(self.tool("pg_restore").args(["--exit-on-error", "-d", database]).args(options).arg(path));
    }

    /// Another cluster of `server` with what this stopped one holds, moved by pg_upgrade; not started yet.
    pub fn upgraded_to(&self, server: Server, options: &Options, extra: &[&str]) -> Cluster {
        let new = Cluster::stopped(server, options);
        let mut command = new.server().command("pg_upgrade");
        command.current_dir(new.socket()).arg("-b").arg(self.server().bin()).arg("-d").arg(self.data());
        command.arg("-D").arg(new.data()).args(["-U", "postgres", "-s"]).arg(new.socket()).args(extra);
        run(&mut command);
        new
    }

    /// A copy of this running cluster made by pg_basebackup, with `options` added to its configuration; not started yet.
    pub fn base_backup(&self, options: &Options) -> Cluster {
        let copy = Cluster::empty(self.server().clone(), &[]);
        run(self.tool("pg_basebackup").args(["-c", "fast", "--no-sync", "-D"]).arg(copy.data()));
        let mut conf = vec![format!("unix_socket_directories = '{}'", copy.socket().display())];
        conf.extend(options.conf.iter().cloned());
        copy.append_conf(&conf);
        copy
    }
}
