//! pg_upgrade to a newer major of PostgreSQL keeps every row, every transaction id and every answer.

use engram_cluster_tests::{
    Cluster, Options, Picture, Server, Shutdown, assert_consistent, furnish, make_roles, recallable_by_own_word,
    remember, wait_ready_space, wait_until,
};
use postgres::Client;
use std::time::Duration;

/// The installation to move from and the one to move to; `None` where there is only one.
fn majors() -> Option<(Server, Server)> {
    let (first, second) = (Server::installed(), Server::second()?);
    assert_ne!(first.major(), second.major());
    Some(if first.major() < second.major() { (first, second) } else { (second, first) })
}

/// What pg_upgrade carries beyond the picture, since it moves files: transaction ids, and tables that no dump carries.
fn of_this_cluster(client: &mut Client) -> Vec<String> {
    let rows = client
        .query(
            "SELECT concat_ws(' ', space, id, changed) FROM engram.memory UNION ALL
             SELECT concat_ws(' ', changed, space, id, what) FROM engram.change UNION ALL
             SELECT concat_ws(' ', space, job, through, after, whole, detail) FROM engram.progress ORDER BY 1",
            &[],
        )
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// PostgreSQL 15.20 keeps a version of each column among its options, as `pg_attver`, which the pg_dump of newer majors copies although
/// their servers, up to 17.11, refuse it: no cluster with a table can be moved between the two. Without it the old server
/// makes a new one.
fn clear_column_versions(client: &mut Client) {
    client
        .batch_execute(
            "UPDATE pg_attribute SET attoptions = nullif(ARRAY(SELECT o FROM unnest(attoptions) o WHERE o NOT LIKE 'pg_attver=%'), '{}')
             WHERE array_to_string(attoptions, ' ') LIKE '%pg_attver=%'",
        )
        .unwrap();
}

fn xid(client: &mut Client) -> i64 {
    client.query_one("SELECT pg_current_xact_id()::text::int8", &[]).unwrap().get(0)
}

/// Everything of the catalog that belongs to the extension.
const CATALOG: &str = include_str!("upgrade/catalog.sql");

/// The lines that do not depend on the major: functions print the same, columns may not; internal triggers are made anew.
fn catalog(cluster: &Cluster) -> Vec<String> {
    let text = cluster.psql(CATALOG);
    let of = ["member|", "function|", "table|", "constraint|", "index|", "trigger|", "policy|", "dumped|", "granted|"];
    let lines = text.lines().filter(|line| of.iter().any(|kind| line.starts_with(kind)));
    // Newer majors count the row types of tables among the members, and have a privilege more.
    lines.filter(|line| !line.contains(" MAINTAIN ") && !line.starts_with("member|type ")).map(str::to_string).collect()
}

#[test]
fn a_cluster_that_pg_upgrade_moved_recalls_the_same_and_goes_on() {
    let Some((from, to)) = majors() else { return };
    let old = Cluster::stopped(from, &Options::default());
    old.start_server();
    old.psql("CREATE EXTENSION engram CASCADE");
    let mut client = old.client();
    make_roles(&mut client);
    furnish(&mut client);
    // Nothing that the worker still wants to write.
    let progress = "SELECT count(*) FROM engram.progress";
    wait_until("the worker has been here", Duration::from_secs(60), || {
        client.query_one(progress, &[]).unwrap().get::<_, i64>(0) > 0
    });
    let before = Picture::of(&mut client);
    let former_catalog = catalog(&old);
    let last = xid(&mut client);
    drop(client);
    old.stop(Shutdown::Fast);
    old.start_server();
    let mut client = old.client();
    let carried = of_this_cluster(&mut client);
    assert!(carried.iter().any(|line| line.ends_with(" association")), "{carried:?}");
    clear_column_versions(&mut client);
    drop(client);
    old.stop(Shutdown::Fast);

    // The second time the files themselves move over, and the old cluster is gone.
    for extra in [&[][..], &["--link"]] {
        let when = format!("PostgreSQL {} to {}, {extra:?}", old.server().major(), to.major());
        // No worker changes anything while one looks.
        let quiet = Options::default().with("engram.maintenance_interval = '1d'");
        let new = old.upgraded_to(to.clone(), &quiet, extra);
        new.start_server();
        let mut client = new.client();
        let gone: Vec<String> = catalog(&new).into_iter().filter(|line| !former_catalog.contains(line)).collect();
        assert!(gone.is_empty(), "{when}: {gone:#?}");
        let now = of_this_cluster(&mut client);
        for line in &carried {
            assert!(now.contains(line), "{when}: {line} is not there any more");
        }
        Picture::of(&mut client).assert_same(&before, &when);
        assert_consistent(&mut client);

        // Transaction ids go on from the old cluster, so that "changed since" keeps its meaning.
        assert!(xid(&mut client) > last, "{when}");
        wait_ready_space(&mut client, "letters");
        let id = remember(&mut client, "letters", "zufododo was written after the upgrade");
        client
            .execute("SELECT engram_forget('018f0000-0000-7000-8000-000000000229', 'delete', 'letters')", &[])
            .unwrap();
        let newest = "SELECT max(changed)::text::int8 > $1 FROM engram.memory";
        assert!(client.query_one(newest, &[&last]).unwrap().get::<_, bool>(0), "{when}");
        client.batch_execute("SELECT engram.learn('letters')").unwrap();
        new.restart();
        let mut client = new.client();
        assert!(recallable_by_own_word(&mut client, "letters", "zufododo", id), "{when}");
        assert_consistent(&mut client);
    }
}
