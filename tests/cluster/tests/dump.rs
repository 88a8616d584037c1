//! A dump, restored elsewhere by any of the ways, holds the same rows and recalls the same, byte for byte.

use engram_cluster_tests::{
    Cluster, Options, Picture, assert_consistent, furnish, make_roles, recall_ids, remember, wait_until,
};
use postgres::Client;
use postgres::error::SqlState;
use std::io::Write;
use std::time::Duration;
use uuid::Uuid;

/// Tables that are dumped without rows, since others or other clusters make them: every further table of the extension has to
/// carry its rows, or be named here with a reason.
const DERIVED: [&str; 11] = [
    "engram.announcement",       // sent by the worker of one cluster
    "engram.change",             // transaction ids of one cluster
    "engram.change_horizon",     // likewise
    "engram.consolidation_seen", // likewise
    "engram.progress",           // likewise
    "engram.reembedded",         // made again by engram_reembed
    "engram.reembedding",        // likewise
    "engram.snapshot_token",     // names a file of one cluster
    "engram.usage",              // counted from engram.memory
    "engram.warm",               // made from engram.memory
    "engram.worker_paused",      // what was said to the workers of one cluster
];

#[test]
fn every_table_is_dumped_with_its_rows_or_known_to_be_derived() {
    let cluster = Cluster::with_extension(&Options::default());
    let sql = "SELECT r.oid::regclass || ' ' || coalesce(nullif(c.condition, ''), 'dumped')
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
        JOIN pg_class r ON r.oid = d.objid AND d.classid = 'pg_class'::regclass AND r.relkind IN ('r', 'p', 'S')
        LEFT JOIN unnest(e.extconfig, e.extcondition) AS c (id, condition) ON c.id = r.oid
        WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass ORDER BY 1";
    let tables = cluster.psql(sql);
    let (dumped, others): (Vec<&str>, Vec<&str>) = tables.lines().partition(|line| line.ends_with(" dumped"));
    assert!(dumped.len() >= 14, "{dumped:?}");
    // One that is not registered at all would be lost from dumps of the extension: its line would be missing here.
    let members = cluster.psql(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'engram'::regnamespace AND relkind IN ('r', 'p', 'S')",
    );
    assert_eq!(
        members,
        tables.lines().count().to_string(),
        "a table in the schema engram does not belong to the extension"
    );
    let unknown: Vec<&&str> =
        others.iter().filter(|line| !DERIVED.iter().any(|table| **line == format!("{table} WHERE false"))).collect();
    assert!(unknown.is_empty(), "neither dumped nor known to be derived: {unknown:?}");
}

/// A cluster with everything in the database `postgres`.
fn furnished(options: &Options) -> (Cluster, Client) {
    let cluster = Cluster::with_extension(options);
    let mut client = cluster.client();
    make_roles(&mut client);
    furnish(&mut client);
    (cluster, client)
}

#[test]
fn a_database_moves_to_another_cluster_by_each_way_of_dump_and_restore() {
    let (source, mut client) = furnished(&Options::default());
    let before = Picture::of(&mut client);
    assert!(before.counts().0 > 80 && before.counts().1 > 30, "{:?}", before.counts());
    assert_consistent(&mut client);

    // A cluster that has never heard of the roles that own the spaces.
    let target = Cluster::start(&Options::default());
    let check = |database: &str| {
        eprintln!("checking {database}");
        let mut moved = target.client_of(database, "postgres");
        Picture::of(&mut moved).assert_same(&before, database);
        assert_consistent(&mut moved);
        // Nothing is left of the ways of the old cluster: triggers fire, the worker's jobs begin anew.
        let fires = "SELECT count(*) FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'engram.%' AND NOT tgisinternal AND tgenabled <> 'A'";
        assert_eq!(moved.query_one(fires, &[]).unwrap().get::<_, i64>(0), 0, "{database}");
    };
    let make = |database: &str, extension: &str| {
        target.psql(&format!("CREATE DATABASE {database}"));
        target.psql_in(database, &format!("SET client_min_messages = warning; {extension}"));
    };

    make("by_psql", "");
    target.restore("by_psql", &source.dump("postgres"));
    check("by_psql");

    let custom = source.dump_file("postgres", &["-Fc"]);
    // Side by side, tables come in another order each time.
    for jobs in ["-j2", "-j8"] {
        let database = format!("by_pg_restore_{}", &jobs[1..]);
        make(&database, "");
        target.pg_restore(&database, &[jobs], &custom);
        check(&database);
    }

    // Into a database that has the extension, where the space "default" is there already.
    let installed = "CREATE EXTENSION engram CASCADE";
    make("data_only", installed);
    target.pg_restore("data_only", &["--data-only"], &custom);
    check("data_only");
    make("as_inserts", installed);
    target.restore("as_inserts", &std::fs::read(source.dump_file("postgres", &["--data-only", "--inserts"])).unwrap());
    check("as_inserts");

    // Without triggers rows enter as they are; the worker repairs the triggers at its next visit.
    // Nor does a trigger then make way for the space that both have.
    make("without_triggers", &format!("{installed}; DELETE FROM engram.space WHERE space = 'default'"));
    target.pg_restore("without_triggers", &["--data-only", "--disable-triggers"], &custom);
    let repaired = "SELECT count(*) = 0 FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'engram.%' AND NOT tgisinternal AND tgenabled <> 'A'";
    wait_until("the triggers fire always", Duration::from_secs(60), || {
        target.psql_in("without_triggers", repaired) == "t"
    });
    check("without_triggers");

    // A schema alone is a trap: the rows belong to the extension and are in no schema's dump unless it is named.
    for schema in ["engram", "public"] {
        let text = std::fs::read_to_string(source.dump_file("postgres", &["-n", schema])).unwrap();
        assert!(!text.contains("COPY engram.") && !text.contains("CREATE EXTENSION"), "-n {schema} holds memories");
    }
    let named = source.dump_file("postgres", &["-n", "engram", "-e", "engram", "-e", "vector"]);
    make("named", "");
    target.restore("named", &std::fs::read(named).unwrap());
    check("named");
    let tables = source.dump_file("postgres", &["-t", "engram.*"]);
    make("by_tables", installed);
    target.restore("by_tables", &std::fs::read(tables).unwrap());
    check("by_tables");

    // Names of roles wait until there are such roles, and grant what they granted.
    let mut client = target.client();
    make_roles(&mut client);
    let mut captain = target.client_of("by_psql", "captain");
    assert!(!recall_ids(&mut captain, "log book", "the ferry", 5).is_empty());
    let mut passenger = target.client_of("by_psql", "passenger");
    assert!(!recall_ids(&mut passenger, "log book", "the ferry", 5).is_empty());
    assert!(passenger.query("SELECT * FROM engram_recall('lamp', space => 'words')", &[]).is_err());
    assert!(passenger.query("SELECT engram_remember('no', space => 'log book')", &[]).is_err());
    // And the moved database goes on.
    let id = remember(&mut captain, "crew", "ein neuer Satz vom Hafen");
    assert_eq!(recall_ids(&mut captain, "crew", "Hafen", 5)[0], id);
}

#[test]
fn an_association_needs_both_of_its_memories_except_in_a_copy_which_the_check_looks_through() {
    let (cluster, mut client) = furnished(&Options::default());
    let insert = "INSERT INTO engram.association (space, source, target) VALUES
        ('log book', '018f0000-0000-7000-8000-000000000003', '018f0000-0000-7000-8000-0000000000ff')";
    for role in ["postgres", "captain"] {
        let refused = cluster.client_of("postgres", role).batch_execute(insert).unwrap_err();
        assert_eq!(refused.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION), "{refused:?}");
    }
    // The memory that an association was made with is kept until that is decided.
    let mut other = cluster.client();
    let id: Uuid = remember(&mut client, "log book", "here for a moment");
    let edge = format!(
        "INSERT INTO engram.association (space, source, target) VALUES ('log book', '018f0000-0000-7000-8000-000000000003', '{id}')"
    );
    client.batch_execute(&format!("BEGIN; {edge}")).unwrap();
    let gone = "SELECT engram_forget($1, 'delete', 'log book')";
    other.batch_execute("SET lock_timeout = '300ms'").unwrap();
    assert_eq!(other.execute(gone, &[&id]).unwrap_err().code(), Some(&SqlState::LOCK_NOT_AVAILABLE));
    client.batch_execute("COMMIT").unwrap();
    other.execute(gone, &[&id]).unwrap();
    let left = "SELECT FROM engram.association WHERE $1 IN (source, target)";
    assert!(client.query(left, &[&id]).unwrap().is_empty(), "an association survived its memory");
    assert_consistent(&mut client);

    let mut copy = client.copy_in("COPY engram.association (space, source, target) FROM STDIN").unwrap();
    copy.write_all(b"log book\t018f0000-0000-7000-8000-000000000003\t018f0000-0000-7000-8000-0000000000ff\n").unwrap();
    copy.finish().unwrap();
    let found = client.query("SELECT kind FROM engram_check()", &[]).unwrap();
    let found: Vec<String> = found.iter().map(|row| row.get(0)).collect();
    assert!(found.contains(&"dangling".to_string()), "{found:?}");
    client
        .batch_execute("DELETE FROM engram.association WHERE target = '018f0000-0000-7000-8000-0000000000ff'")
        .unwrap();
    assert_consistent(&mut client);
}

#[test]
fn the_schemas_of_both_extensions_move_along() {
    let source = Cluster::start(&Options::default());
    source.psql("CREATE SCHEMA vectors; CREATE SCHEMA \"the functions\"; CREATE EXTENSION vector SCHEMA vectors; CREATE EXTENSION engram SCHEMA \"the functions\"");
    let path = "SET search_path = \"the functions\", vectors, public";
    let mut client = source.client();
    client.batch_execute(path).unwrap();
    make_roles(&mut client);
    furnish(&mut client);
    let before = Picture::of(&mut client);
    let custom = source.dump_file("postgres", &["-Fc"]);
    for (database, how) in [("elsewhere", &["-j2"][..]), ("elsewhere too", &["--disable-triggers"][..])] {
        source.psql(&format!("CREATE DATABASE \"{database}\""));
        source.pg_restore(database, how, &custom);
        let mut moved = source.client_of(database, "postgres");
        moved.batch_execute(path).unwrap();
        Picture::of(&mut moved).assert_same(&before, database);
        assert_consistent(&mut moved);
    }
}

#[test]
fn a_server_without_preloading_restores_the_same() {
    let (source, mut client) = furnished(&Options::default());
    let before = Picture::of(&mut client);
    let target = Cluster::start(&Options { preload: false, ..Options::default() });
    target.restore("postgres", &source.dump("postgres"));
    let mut moved = target.client();
    Picture::of(&mut moved).assert_same(&before, "without preloading");
    assert_consistent(&mut moved);
}
