//! Faults that an ordinary machine can inject: system calls that fail, a disk that is full or read-only, memory that runs out, a
//! clock that jumps. A tool that is missing makes a test say so aloud, and fail where nobody would read it (`CI=true`).

use crate::wait_until;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Whether a program is there; says so if not.
///
/// # Panics
/// When it is missing and `CI=true`.
pub fn have(program: &str) -> bool {
    let found = Command::new("which").arg(program).stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !found {
        skip(&format!("{program} is not installed"));
    }
    found
}

fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "SKIPPED: {why}");
}

/// A strace that makes system calls of a process, and of those it starts, fail. They succeed again when this is dropped.
pub struct Strace {
    child: Child,
}

impl Strace {
    /// `inject` is what strace's `-e inject=` takes.
    pub fn attach(pid: i32, inject: &str) -> Strace {
        let calls = inject.split(':').next().unwrap_or_default();
        let child = Command::new("strace")
            .args(["-f", "-q", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &format!("inject={inject}")])
            .args(["-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("strace runs");
        wait_until("strace is attached", Duration::from_secs(10), || {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
        });
        Strace { child }
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        // SIGTERM makes it let go of the process; killed it would leave it stopped.
        let _ = Command::new("kill").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// A small file system in memory, mounted below a directory of the test.
pub struct Tmpfs {
    path: PathBuf,
}

impl Tmpfs {
    /// Mounts one of `megabytes` that the server's user owns; none, said aloud, where mounting is not permitted.
    pub fn mount(path: &Path, megabytes: usize) -> Option<Tmpfs> {
        std::fs::create_dir_all(path).expect("a mount point can be made");
        let mode = format!("size={megabytes}m,mode=0700,uid={}", server_uid());
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &mode, "engram-test"]).arg(path).status();
        if status.is_ok_and(|status| status.success()) {
            return Some(Tmpfs { path: path.to_path_buf() });
        }
        eprintln!("SKIPPED: mounting a tmpfs is not permitted here");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes until it is full. The file that this leaves is to be removed for room.
    pub fn fill_up(&self) -> PathBuf {
        let path = self.path.join("ballast");
        let status = Command::new("dd")
            .args(["if=/dev/zero", "bs=8k"])
            .arg(format!("of={}", path.display()))
            .stderr(Stdio::null())
            .status();
        assert!(!status.expect("dd runs").success(), "the file system never became full");
        path
    }

    /// Makes it read-only even while files are open for writing. Says whether that is possible: files that are open
    /// for writing forbid it, and then a bind mount of itself is made read-only for whoever opens anew.
    pub fn make_read_only(&self) -> bool {
        let remount =
            |options: &str| Command::new("mount").args(["-o", options]).arg(&self.path).stderr(Stdio::null()).status();
        remount("remount,ro").is_ok_and(|status| status.success())
    }

    /// Makes it writable again.
    pub fn make_writable(&self) {
        let status = Command::new("mount").args(["-o", "remount,rw"]).arg(&self.path).status();
        assert!(status.is_ok_and(|status| status.success()), "the tmpfs stays read-only");
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: a server of a failed test may still hold files.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

/// The user that servers run as.
fn server_uid() -> String {
    let id = |args: &[&str]| {
        let output = Command::new("id").args(args).output().expect("id runs");
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    };
    let own = id(&["-u"]);
    if own == "0" { id(&["-u", "postgres"]) } else { own }
}

/// A process whose memory is limited: by a control group of version 1 or 2, else by its address space.
pub enum Limited {
    /// The directory of the group.
    Group(PathBuf),
    /// Nothing to remove.
    AddressSpace,
}

impl Limited {
    /// Lets one process have so many bytes more than it has now.
    pub fn process(pid: i32, more: u64) -> Limited {
        let name = format!("engram-test-{}-{pid}", std::process::id());
        for (root, limit) in [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")] {
            let group = Path::new(root).join(&name);
            if std::fs::create_dir(&group).is_err() {
                continue;
            }
            // Memory that a process has touched already is not charged to a group that it enters later.
            let set = std::fs::write(group.join(limit), more.to_string()).is_ok()
                && std::fs::write(group.join("cgroup.procs"), pid.to_string()).is_ok();
            if set {
                return Limited::Group(group);
            }
            let _ = std::fs::remove_dir(&group);
        }
        let status = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("statm is readable");
        let pages: u64 = status.split(' ').next().and_then(|n| n.parse().ok()).expect("statm begins with a number");
        let bytes = pages * 4096 + more;
        let status = Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--as={bytes}")]).status();
        assert!(status.is_ok_and(|status| status.success()), "neither a control group nor prlimit limits memory here");
        Limited::AddressSpace
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        if let Limited::Group(group) = self {
            // Not before its process has gone, which the kernel may be at.
            for _ in 0..100 {
                if std::fs::remove_dir(&*group).is_ok() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// A clock for a server, moved by a file: libfaketime reads it at every look.
pub struct FakeClock {
    file: PathBuf,
    library: PathBuf,
}

impl FakeClock {
    /// None, said aloud, where libfaketime is not installed.
    pub fn new() -> Option<FakeClock> {
        let places = [
            "/usr/lib/x86_64-linux-gnu/faketime",
            "/usr/lib/aarch64-linux-gnu/faketime",
            "/usr/lib/faketime",
            "/usr/lib64/faketime",
        ];
        let library = places.iter().map(|place| Path::new(place).join("libfaketime.so.1")).find(|path| path.exists());
        let Some(library) = library else {
            skip("libfaketime is not installed");
            return None;
        };
        let file = std::env::temp_dir().join(format!("engram-clock-{}", std::process::id()));
        let clock = FakeClock { file, library };
        clock.set("+0");
        Some(clock)
    }

    /// `+3600` is an hour ahead, `-1d` a day behind.
    pub fn set(&self, offset: &str) {
        let fresh = self.file.with_extension("new");
        std::fs::write(&fresh, format!("{offset}\n")).expect("the clock can be set");
        std::fs::rename(&fresh, &self.file).expect("the clock can be set");
    }

    /// What the server is started under. The monotonic clock goes on, as when an administrator sets the time.
    pub fn under(&self) -> Vec<String> {
        let mut words = vec!["env".to_string()];
        words.push(format!("LD_PRELOAD={}", self.library.display()));
        words.push(format!("FAKETIME_TIMESTAMP_FILE={}", self.file.display()));
        words.extend(
            ["FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"].map(String::from),
        );
        words
    }
}

impl Drop for FakeClock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}
