//! Physical copies of a running cluster recall what the original recalled at that moment, and the drill brings back what was forgotten.

use engram_cluster_tests::{
    Cluster, Options, Picture, Shutdown, assert_consistent, furnish, make_roles, recallable_by_own_word, remember,
    setting_from_env, wait_until,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_base_backup_and_a_restore_to_a_point_in_time_recall_the_past_and_nothing_else() {
    let archive = PathBuf::from(format!("/tmp/engram-archive-{}", std::process::id()));
    let options = Options::default()
        .with("archive_mode = on")
        .with(&format!("archive_command = 'mkdir -p {0} && test ! -f {0}/%f && cp %p {0}/%f'", archive.display()));
    let cluster = Cluster::with_extension(&options);
    let mut client = cluster.client();
    make_roles(&mut client);
    furnish(&mut client);
    // A clean stop writes whatever a later start would begin with.
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    // A copy archives nothing: the archive is that of the original.
    let quiet = Options::default().with("archive_mode = off");
    let restore = |what: &str| {
        let get = format!("restore_command = 'cp {}/%f %p'", archive.display());
        cluster.base_backup(&quiet.clone().with(&get).with(what))
    };
    let before = Picture::of(&mut client);
    let plain = cluster.base_backup(&quiet);
    let in_time = restore("recovery_target_name = 'before the mistake'\nrecovery_target_action = 'promote'");

    let kept = remember(&mut client, "letters", "zudodobo came after the backups");
    let then = Picture::of(&mut client);
    client.batch_execute("SELECT pg_create_restore_point('before the mistake')").unwrap();
    client
        .batch_execute(
            "SELECT engram_forget_where(filter => '{}', since => '2000-01-01', mode => 'delete', space => 'letters')",
        )
        .unwrap();
    let late = remember(&mut client, "letters", "zudodogo came after the mistake");
    let last: String = client.query_one("SELECT pg_walfile_name(pg_switch_wal())", &[]).unwrap().get(0);
    wait_until("the log is archived", PATIENCE, || archive.join(&last).exists());

    plain.start_server();
    let mut copy = plain.client();
    Picture::of(&mut copy).assert_same(&before, "the base backup");
    assert_consistent(&mut copy);

    // The file that recovery starts from says so.
    let touched =
        cluster.server().user_command(Path::new("/usr/bin/touch")).arg(in_time.data().join("recovery.signal")).status();
    assert!(touched.expect("touch runs").success());
    in_time.start_server();
    let mut restored = in_time.client();
    wait_until("the restored server is promoted", PATIENCE, || {
        !restored.query_one("SELECT pg_is_in_recovery()", &[]).unwrap().get::<_, bool>(0)
    });
    Picture::of(&mut restored).assert_same(&then, "the point in time");
    assert!(recallable_by_own_word(&mut restored, "letters", "zudodobo", kept));
    assert!(
        !recallable_by_own_word(&mut restored, "letters", "zudodogo", late),
        "the restore went on beyond its target"
    );
    assert_consistent(&mut restored);
    // Its own history goes on from there.
    let new = remember(&mut restored, "letters", "zudodoko came after the restore");
    drop(restored);
    in_time.restart();
    let mut restored = in_time.client();
    for (word, id) in [("zudodobo", kept), ("zudodoko", new)] {
        assert!(recallable_by_own_word(&mut restored, "letters", word, id), "{word}");
    }
    assert_consistent(&mut restored);
    let _ = std::fs::remove_dir_all(&archive);
}

#[test]
fn a_rewound_server_follows_the_one_that_took_over() {
    let options = Options::default().with("wal_log_hints = on").with("wal_keep_size = '256MB'");
    let former = Cluster::with_extension(&options);
    let mut client = former.client();
    let shared = remember(&mut client, "letters", "zudodozo was before the split");
    let standby = former.standby(&options);
    wait_until("the standby has the memory", PATIENCE, || {
        let sql = "SELECT count(*) FROM engram.memory";
        standby.client().query_one(sql, &[]).is_ok_and(|row| row.get::<_, i64>(0) == 1)
    });
    standby.psql("SELECT pg_promote()");
    standby.psql("CHECKPOINT");
    // Both go on for a while: what the former one still takes is lost by rewinding it.
    let lost = remember(&mut client, "letters", "zudodopo was written to the wrong server");
    let taken = remember(&mut standby.client(), "letters", "zudodoto was written to the right server");
    drop(client);
    former.stop(Shutdown::Fast);
    let source = format!("host={} port=5432 user=postgres dbname=postgres", standby.socket().display());
    let mut rewind = former.server().command("pg_rewind");
    rewind.arg("-D").arg(former.data()).args(["--no-sync", "-R", "--source-server", &source]);
    engram_cluster_tests::run(&mut rewind);
    former.append_conf(&[format!("unix_socket_directories = '{}'", former.socket().display())]);
    former.start_server();
    let mut client = former.client();
    wait_until("the rewound server has what the other wrote", PATIENCE, || {
        client.query_opt("SELECT FROM engram.memory WHERE id = $1", &[&taken]).unwrap().is_some()
    });
    for (word, id) in [("zudodozo", shared), ("zudodoto", taken)] {
        assert!(recallable_by_own_word(&mut client, "letters", word, id), "{word}");
    }
    assert!(!recallable_by_own_word(&mut client, "letters", "zudodopo", lost), "a lost memory is recalled");
    assert_consistent(&mut client);
}

#[test]
fn the_drill_brings_back_what_was_forgotten() {
    if Command::new("pgbackrest").arg("version").output().is_err() {
        assert!(!std::env::var("CI").is_ok_and(|ci| ci == "true"), "pgbackrest is not installed");
        eprintln!("SKIPPED: pgbackrest is not installed");
        return;
    }
    let memories: u32 = setting_from_env("ENGRAM_DRILL_MEMORIES", 1_000);
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/drill");
    let output = Command::new(script).args(["--installed", "--memories", &memories.to_string()]).output();
    let output = output.expect("the drill runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for line in ["forgotten and 100 acknowledged memories are there", "RTO  ", "RPO  "] {
        assert!(said.contains(line), "{said}");
    }
}
