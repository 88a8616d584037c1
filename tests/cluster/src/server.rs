//! The installed PostgreSQL under test: where its programs are and which user runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::str::FromStr;

/// The programs of one PostgreSQL installation.
#[derive(Clone)]
pub struct Server {
    bin: PathBuf,
    major: u32,
    as_postgres: bool,
}

impl Server {
    /// The installation named by `ENGRAM_PG_CONFIG`, else by the `pg_config` in `PATH`.
    pub fn installed() -> Server {
        Server::of(&std::env::var("ENGRAM_PG_CONFIG").unwrap_or_else(|_| "pg_config".into()))
    }

    /// The installation of another major that `ENGRAM_SECOND_PG_CONFIG` names, with the extension; `None`, aloud, where
    /// the variable is not set.
    ///
    /// # Panics
    /// When it is not set in CI, where nobody would read that a test was left out.
    pub fn second() -> Option<Server> {
        match std::env::var("ENGRAM_SECOND_PG_CONFIG") {
            Ok(pg_config) => Some(Server::of(&pg_config)),
            Err(_) => {
                let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
                assert!(!ci, "ENGRAM_SECOND_PG_CONFIG is not set");
                eprintln!("SKIPPED: ENGRAM_SECOND_PG_CONFIG names no second major");
                None
            }
        }
    }

    fn of(pg_config: &str) -> Server {
        let ask = |what: &str| {
            let output = Command::new(pg_config)
                .arg(what)
                .output()
                .unwrap_or_else(|error| panic!("{pg_config} does not run: {error}"));
            String::from_utf8(output.stdout).expect("pg_config prints UTF-8").trim().to_string()
        };
        let version = ask("--version");
        let major = version
            .trim_start_matches("PostgreSQL ")
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse().ok())
            .unwrap_or_else(|| panic!("{pg_config} says it is {version:?}"));
        let user = Command::new("id").arg("-u").output().expect("id runs");
        let as_postgres = user.stdout.starts_with(b"0\n");
        Server { bin: PathBuf::from(ask("--bindir")), major, as_postgres }
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Where a program of this installation lies.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The directory of its programs.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// A command for `program` of this installation, as the user that runs servers (PostgreSQL
    /// refuses root), in a directory that user can enter.
    pub fn command(&self, program: &str) -> Command {
        self.user_command(&self.bin.join(program))
    }

    /// A command for any program, as that user.
    pub fn user_command(&self, path: &Path) -> Command {
        let mut command = if self.as_postgres {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    /// An empty directory that the server's user owns.
    pub fn make_directory(&self, path: &PathBuf) {
        std::fs::create_dir_all(path).expect("a directory below /tmp can be made");
        if self.as_postgres {
            let status = Command::new("chown").arg("postgres:").arg(path).status();
            assert!(status.expect("chown runs").success(), "chown of {path:?} failed");
        }
    }
}

/// Runs `command` to its end.
///
/// # Panics
/// When it fails, with what it printed.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The environment variable `name` as a number, `default` where it is not set: sizes and rounds that
/// differ between CI and a run by hand.
pub fn setting_from_env<T: FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text:?}")),
        Err(_) => default,
    }
}
