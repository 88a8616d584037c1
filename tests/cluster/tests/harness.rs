//! The harness itself, without the extension: what the other tests rely on.

use engram_cluster_tests::{Cluster, Options, Shutdown, wait_until};
use std::time::Duration;

fn plain() -> Options {
    Options { preload: false, ..Options::default() }
}

#[test]
fn a_committed_row_survives_each_way_of_stopping() {
    let cluster = Cluster::start(&plain());
    cluster.psql("CREATE TABLE kept (n int)");
    cluster.psql("INSERT INTO kept VALUES (1)");
    cluster.restart();
    cluster.psql("INSERT INTO kept VALUES (2)");
    cluster.stop(Shutdown::Immediate);
    cluster.start_server();
    cluster.psql("INSERT INTO kept VALUES (3)");
    cluster.kill_postmaster();
    cluster.start_server();
    assert_eq!(cluster.psql("SELECT array_agg(n ORDER BY n) FROM kept"), "{1,2,3}");
}

#[test]
fn a_killed_backend_takes_every_session_along_and_the_server_comes_back() {
    let cluster = Cluster::start(&plain());
    let mut bystander = cluster.client();
    let mut victim = cluster.client();
    let pid: i32 = victim.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    cluster.kill(pid);
    wait_until("the bystander's session has ended", Duration::from_secs(10), || {
        bystander.simple_query("SELECT 1").is_err()
    });
    cluster.wait_ready();
    assert_eq!(cluster.psql("SELECT 1"), "1");
}

#[test]
fn a_standby_replays_what_the_primary_committed() {
    let primary = Cluster::start(&plain());
    primary.psql("CREATE TABLE kept AS SELECT 7 AS n");
    let standby = primary.standby(&plain());
    wait_until("the standby has the row", Duration::from_secs(20), || {
        standby.psql("SELECT count(*) FROM pg_class WHERE relname = 'kept'") == "1"
    });
    assert_eq!(standby.psql("SELECT pg_is_in_recovery()"), "t");
}
