//! The private region of a backend: bounded, and given back when nobody asks for it any more.

use engram_cluster_tests::{Cluster, Options, recall, wait_until};
use postgres::Client;
use std::time::Duration;

fn fill(client: &mut Client) {
    client
        .batch_execute(
            "SELECT engram_create_space('large');
             INSERT INTO engram.memory (space, content)
             SELECT 'large', 'crate ' || n || ' of the storm, counted on quay ' || n / 7 FROM generate_series(1, 4000) n",
        )
        .expect("the space is filled");
}

/// Memory that belongs to a process alone, in kB.
fn own_memory(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("Linux says so");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).expect("a number of kB")
}

#[test]
#[ignore = "takes more than a minute: ring endurance"]
fn a_private_region_is_given_back_when_nobody_asks() {
    let cluster = Cluster::with_extension(&Options { preload: false, ..Options::words_only() });
    let mut client = cluster.client();
    fill(&mut client);
    let mut reader = cluster.client();
    let pid: i32 = reader.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    let before = own_memory(pid);
    let hits = recall(&mut reader, "large", "crate 77 of the storm", 5);
    let there = own_memory(pid);
    assert!(there > before + 2000, "a copy of the space takes memory: {before} and {there} kB");
    wait_until("the memory is given back", Duration::from_secs(180), || {
        std::thread::sleep(Duration::from_millis(500));
        reader.simple_query("SELECT 1").expect("the session lives");
        own_memory(pid) + 1000 < there
    });
    assert_eq!(recall(&mut reader, "large", "crate 77 of the storm", 5), hits);
}

#[test]
fn a_space_that_does_not_fit_says_so() {
    let options = Options { preload: false, ..Options::words_only() }.with("engram.private_region_size = '1MB'");
    let cluster = Cluster::with_extension(&options);
    let mut client = cluster.client();
    fill(&mut client);
    let error =
        client.query("SELECT FROM engram_recall('storm', space => 'large')", &[]).expect_err("4,000 memories in 1 MB");
    let error = error.as_db_error().expect("the server says so");
    assert_eq!(error.code().code(), "54000", "{error:?}");
    assert!(error.hint().is_some_and(|hint| hint.contains("engram.private_region_size")), "{error:?}");
}
