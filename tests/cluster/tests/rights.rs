//! Two roles: neither sees what is the other's, nor learns whether it exists.

use engram_cluster_tests::{Cluster, Options, recall, recall_ids, remember};
use postgres::Client;
use postgres::types::ToSql;
use uuid::Uuid;

fn two_roles() -> (Cluster, Client, Client) {
    let cluster = Cluster::with_extension(&Options::words_only());
    cluster.psql("CREATE ROLE ana LOGIN IN ROLE engram_writer");
    cluster.psql("CREATE ROLE ben LOGIN IN ROLE engram_writer");
    let (ana, ben) = (cluster.client_of("postgres", "ana"), cluster.client_of("postgres", "ben"));
    (cluster, ana, ben)
}

/// The SQLSTATE, message, detail and hint of a refusal, with `what` written as `X`.
fn refusal(client: &mut Client, sql: &str, arguments: &[&(dyn ToSql + Sync)], what: &str) -> [String; 4] {
    let error = match client.query(sql, arguments) {
        Ok(rows) => panic!("{sql} with {what} was not refused but gave {} rows", rows.len()),
        Err(error) => error,
    };
    let error = error.as_db_error().unwrap_or_else(|| panic!("{error:?}"));
    let text = |part: Option<&str>| part.unwrap_or_default().replace(what, "X");
    [error.code().code().to_string(), text(Some(error.message())), text(error.detail()), text(error.hint())]
}

#[test]
fn a_foreign_space_answers_as_one_that_does_not_exist() {
    let (_cluster, mut ana, mut ben) = two_roles();
    let secret = remember(&mut ana, "of_ana", "zubodoko is what only Ana knows");
    remember(&mut ben, "of_ben", "Ben knows something else");

    let rows = ben.query("SELECT FROM engram.memory WHERE space = 'of_ana'", &[]).unwrap();
    assert!(rows.is_empty(), "the table");
    let rows = ben.query("SELECT FROM engram.memories WHERE id = $1", &[&secret]).unwrap();
    assert!(rows.is_empty(), "the view");
    let rows = ben.query("SELECT FROM engram.stat_tier WHERE space = 'of_ana'", &[]).unwrap();
    assert!(rows.is_empty(), "the statistics");

    for sql in [
        "SELECT id FROM engram_recall(cue => 'zubodoko', space => $1)",
        "SELECT id FROM engram_spread(sources => ARRAY['018f0000-0000-7000-8000-000000000000'::uuid], space => $1)",
        "SELECT engram_forget_where(filter => '{\"a\": 1}', space => $1)",
        "SELECT engram_drop_space(space => $1)",
    ] {
        let foreign = refusal(&mut ben, sql, &[&"of_ana"], "of_ana");
        let missing = refusal(&mut ben, sql, &[&"of_nobody"], "of_nobody");
        assert_eq!(foreign, missing, "{sql}");
    }
    assert_eq!(recall_ids(&mut ana, "of_ana", "zubodoko", 1), [secret], "it is all still there");
}

#[test]
fn a_foreign_id_answers_as_one_that_does_not_exist() {
    let (cluster, mut ana, mut ben) = two_roles();
    shared_space(&cluster, &mut ana);
    let hidden = labelled(&mut ana, "zubotoko is hidden from Ben");
    let own = remember(&mut ben, "shared", "zubomoko is for everybody");
    let missing: Uuid = "018f0000-0000-7000-8000-00000000dead".parse().unwrap();
    assert!(!recall_ids(&mut ben, "shared", "zubotoko hidden", 10).contains(&hidden));
    for sql in [
        "SELECT engram_forget(id => $1, mode => 'suppress', space => 'shared')",
        "SELECT engram_forget(id => $1, mode => 'delete', space => 'shared')",
        "SELECT engram_update(id => $1, content => 'mine now', space => 'shared')",
        "SELECT id FROM engram_spread(sources => ARRAY[$1]::uuid[], space => 'shared')",
        "SELECT id FROM engram_recall(ids => ARRAY[$1]::uuid[], space => 'shared')",
    ] {
        let (foreign, unknown) = (ask(&mut ben, sql, hidden), ask(&mut ben, sql, missing));
        assert_eq!(foreign, unknown, "{sql}");
    }
    let associate = "SELECT engram_associate(source => $1, target => $2, space => 'shared')";
    let foreign = refusal(&mut ben, associate, &[&own, &hidden], &hidden.to_string());
    let unknown = refusal(&mut ben, associate, &[&own, &missing], &missing.to_string());
    assert_eq!(foreign, unknown);
    assert_eq!(recall(&mut ana, "shared", "zubotoko", 1)[0].content, "zubotoko is hidden from Ben");
}

#[test]
fn a_hidden_memory_on_the_way_is_not_named() {
    let (cluster, mut ana, mut ben) = two_roles();
    shared_space(&cluster, &mut ana);
    let start = remember(&mut ana, "shared", "zubofoko opens the chain");
    let hidden = labelled(&mut ana, "the middle link belongs to Ana");
    let end = remember(&mut ana, "shared", "the last link is for everybody");
    for (source, target) in [(start, hidden), (hidden, end)] {
        ana.execute("SELECT engram_associate($1, $2, weight => 1, space => 'shared')", &[&source, &target]).unwrap();
    }
    let seen_by_ana = recall(&mut ana, "shared", "zubofoko", 10);
    assert!(
        seen_by_ana.iter().any(|hit| hit.id == end && hit.via.contains(&hidden)),
        "the chain leads Ana through the hidden memory: {seen_by_ana:?}"
    );
    for hit in recall(&mut ben, "shared", "zubofoko", 10) {
        assert_ne!(hit.id, hidden);
        assert!(!hit.via.contains(&hidden), "{hit:?}");
    }
    let rows = ben
        .query(
            "SELECT id, coalesce(via, '{}') FROM engram_spread(sources => ARRAY[$1]::uuid[], space => 'shared')",
            &[&start],
        )
        .unwrap();
    for row in rows {
        assert_ne!(row.get::<_, Uuid>(0), hidden);
        assert!(!row.get::<_, Vec<Uuid>>(1).contains(&hidden), "a spread names the hidden memory");
    }
}

#[test]
fn only_granted_roles_call_anything() {
    let (cluster, mut ana, _ben) = two_roles();
    remember(&mut ana, "of_ana", "zubopoko is here");
    cluster.psql("CREATE ROLE stranger LOGIN");
    cluster.psql("CREATE ROLE reader LOGIN IN ROLE engram_reader");
    let mut stranger = cluster.client_of("postgres", "stranger");
    let mut reader = cluster.client_of("postgres", "reader");
    let refused = |client: &mut Client, sql: &str| {
        let [code, ..] = refusal(client, sql, &[], "nothing");
        assert_eq!(code, "42501", "{sql}");
    };
    refused(&mut stranger, "SELECT id FROM engram_recall(cue => 'zubopoko', space => 'of_ana')");
    refused(&mut stranger, "SELECT engram_remember(content => 'no', space => 'of_ana')");
    refused(&mut stranger, "SELECT * FROM engram.memory");
    refused(&mut reader, "SELECT engram_remember(content => 'no', space => 'of_reader')");
    refused(&mut reader, "SELECT * FROM engram_check()");
    // A table of one's own cannot borrow the trigger functions.
    ana.batch_execute("CREATE TEMP TABLE mine (space text, id uuid, content text)").unwrap();
    refused(
        &mut ana,
        "CREATE TRIGGER borrowed BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION engram.memory_before()",
    );
}

/// A space that both may write, where a label hides a row from everybody but the role it names.
fn shared_space(cluster: &Cluster, ana: &mut Client) {
    cluster
        .psql("CREATE POLICY own_label ON engram.memory AS RESTRICTIVE USING (label IS NULL OR label = current_user)");
    remember(ana, "shared", "the space exists");
    cluster.psql("UPDATE engram.space SET writer_roles = '{ana,ben}' WHERE space = 'shared'");
}

fn labelled(ana: &mut Client, content: &str) -> Uuid {
    let id = remember(ana, "shared", content);
    ana.execute("UPDATE engram.memory SET label = 'ana' WHERE space = 'shared' AND id = $1", &[&id]).unwrap();
    id
}

/// What a call with an id answers: its rows, or its refusal without the id.
fn ask(client: &mut Client, sql: &str, id: Uuid) -> Result<usize, [String; 4]> {
    match client.query(sql, &[&id]) {
        Ok(rows) => Ok(rows.len()),
        Err(_) => Err(refusal(client, sql, &[&id], &id.to_string())),
    }
}
