//! Memory and open files of the server's processes, from /proc.

use postgres::Client;
use std::collections::BTreeMap;
use std::fs;

/// The processes of one kind, as pg_stat_activity calls it.
#[derive(Default, Clone)]
pub struct Role {
    pub count: u64,
    /// kB of memory of their own, all together, and that of the largest: what can leak.
    pub own_kb: u64,
    pub largest_own_kb: u64,
    /// kB of shared memory that the process touched most has touched.
    pub shared_kb: u64,
    pub files: u64,
    pub most_files: u64,
}

/// Every process of the server, by role; those that end meanwhile are left out.
pub fn by_role(client: &mut Client, postmaster: i32) -> BTreeMap<String, Role> {
    // Sessions of this program that measure are told apart from those that are measured.
    let sql = "SELECT pid, CASE WHEN backend_type = 'client backend' AND usename <> 'soak' THEN 'observer' ELSE backend_type END
               FROM pg_stat_activity WHERE pid IS NOT NULL";
    let rows = client.query(sql, &[]).expect("pg_stat_activity is readable");
    let mut all: Vec<(i32, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    all.push((postmaster, "postmaster".to_string()));
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    for (pid, name) in all {
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { continue };
        let kb = |field: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
        };
        let files = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |entries| entries.count() as u64);
        let own = kb("RssAnon:");
        let role = roles.entry(name).or_default();
        role.count += 1;
        role.own_kb += own;
        role.largest_own_kb = role.largest_own_kb.max(own);
        role.shared_kb = role.shared_kb.max(kb("RssShmem:"));
        role.files += files;
        role.most_files = role.most_files.max(files);
    }
    roles
}
