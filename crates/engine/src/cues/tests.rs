use super::*;
use proptest::prelude::*;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn entities_are_found_by_the_rules() {
    for (text, expected) in [
        ("Ana met Bob in New York.", "ana|bob|new york"),
        (
            "The President of the United States and Ludwig van Beethoven",
            "president of the united states|ludwig van beethoven",
        ),
        ("In London she stayed. When did Caroline go?", "london|caroline"),
        ("It was good. We left. I've heard. Don't go.", ""),
        ("Wow, thanks! Yes. Ana: Hey Mel!", "ana|mel"),
        ("born in 1815, room 999, code 21000, in 2101", "1815"),
        (
            "She read \"Becoming Nicole\" and \u{201C}War and Peace,\u{201D} twice",
            "becoming nicole|war|war and peace|peace",
        ),
        ("see #Pride and @ana_b, mail Bob.Jones@Example.com", "pride|ana_b|bob.jones@example.com"),
        ("at https://www.Example.com/Path?q=1", "example.com"),
        ("J. R. R. Tolkien and Dr. Watson of St. Louis", "j. r. r. tolkien|dr. watson of st. louis"),
        ("Ana's Toyota Prius; the boat is Ana's", "ana|ana's toyota prius"),
        ("Jean-Luc O'Neill saw AT&T", "jean-luc o'neill|at&t"),
        ("Éric visited Österreich", "éric|österreich"),
        ("Ana  Smith\nBob", "ana smith|bob"),
        ("no names here at all", ""),
        ("", ""),
    ] {
        assert_eq!(find(text).join("|"), expected, "{text}");
    }
}

#[test]
fn a_short_first_line_says_what_a_text_is_about() {
    for (content, expected) in [
        ("Hello Love\nA song.", Some("hello love")),
        ("# The Hague (city)\n\nIn the Netherlands.", Some("hague")),
        ("One line only", None),
        ("A title and nothing else\n  \n", None),
        ("This is a sentence.\nAnd another.", None),
        ("---\nrule", None),
        ("", None),
    ] {
        assert_eq!(about(content).as_deref(), expected, "{content}");
    }
    assert_eq!(about(&format!("{}\ntext", "x".repeat(81))), None);
    assert!(about(&format!("{}\ntext", "é".repeat(80))).is_some());
}

#[test]
fn names_are_normalised_and_the_prefix_does_not_change_their_identity() {
    assert_eq!(normalise("  New\n York "), "new york");
    assert_eq!(split_about("about:new york"), ("new york", true));
    assert_eq!(split_about("new york"), ("new york", false));
    assert_eq!(hash("about:new york"), hash("new york"));
    assert_ne!(hash("new york"), hash("york"));
    for (one, other) in [
        ("st. louis", "st louis"),
        ("beyonc\u{e9}", "beyonce"),
        ("spider-man", "spiderman"),
        ("new york", "newyork"),
        ("o\u{2019}neill", "o'neill"),
    ] {
        assert_eq!(hash(one), hash(other), "{one}");
        assert_eq!(merge(&strings(&[one, other]), "").len(), 1, "{one}");
    }
    for (one, other) in [("c++", "c"), ("c#", "c"), ("...", "-"), ("\u{e01}\u{e34}", "\u{e01}")] {
        assert_ne!(hash(one), hash(other), "{one}");
    }
}

#[test]
fn given_cues_follow_those_found_and_about_wins() {
    let given = strings(&["Boats", "about:Ana", "  ", "about:", "New  York"]);
    let merged = merge(&given, "Ana went to New York");
    assert_eq!(merged, strings(&["about:ana", "new york", "boats"]));
    let titled = merge(&[], "Hello Love\nHello Love is a song by Ana.");
    assert_eq!(titled, strings(&["about:hello love", "ana"]));
}

#[test]
fn an_update_drops_what_the_old_text_named_and_keeps_what_was_given() {
    let old = merge(&strings(&["boats", "about:sailing"]), "Ana went to York");
    assert_eq!(old, strings(&["ana", "york", "boats", "about:sailing"]));
    let new = update(&old, "Ana went to York", "Ana went to Rome");
    assert_eq!(new, strings(&["ana", "rome", "boats", "about:sailing"]));
}

#[test]
fn lists_and_names_are_bounded() {
    let many: String = (0..200).map(|i| format!("Name{i}, ")).collect();
    assert_eq!(find(&many).len(), MOST_FOUND);
    assert_eq!(find(&format!("A{}", "b".repeat(LONGEST))), strings(&[]));
    let given: Vec<String> = (0..300).map(|i| format!("given {i}")).collect();
    assert_eq!(merge(&given, &many).len(), MOST_STORED);
    let long = merge(&["é".repeat(150)], "");
    assert_eq!(long[0].chars().count(), LONGEST);
}

proptest! {
    #[test]
    fn merging_again_changes_nothing(
        given in prop::collection::vec("(about:)?[A-Za-zéİ ]{0,12}", 0..6),
        content in "([A-Z]?[a-z']{1,6}[ .,\n\"@#]{1,2}){0,12}|\\PC{0,60}",
    ) {
        let once = merge(&given, &content);
        prop_assert_eq!(&merge(&once, &content), &once);
        prop_assert_eq!(&update(&once, &content, &content)[..], &once[..]);
        for cue in &once {
            prop_assert_eq!(&normalise(cue), cue);
        }
    }
}

fn known_in(text: &str, known: &[&str]) -> String {
    let hashes: Vec<u64> = known.iter().map(|name| hash(name)).collect();
    let all = phrases(text);
    let chosen = longest(&all, |i| hashes.contains(&all[i].hash));
    chosen.into_iter().map(|phrase| phrase.name(text)).collect::<Vec<_>>().join("|")
}

#[test]
fn known_names_are_found_in_any_case_and_the_longest_wins() {
    let known = ["new york", "new york city", "time out", "kubernetes", "lord of the rings", "jean-luc"];
    for (text, expected) in [
        ("we moved to new york last year", "new york"),
        ("NEW YORK CITY never sleeps; new york does", "new york city|new york"),
        ("a new kubernetes cluster", "kubernetes"),
        ("she read lord of the rings twice", "lord of the rings"),
        ("no time. out of reach", ""),
        ("what jean luc said", "jean luc"),
        ("brand new yorkshire terrier", ""),
        ("", ""),
    ] {
        assert_eq!(known_in(text, &known), expected, "{text}");
    }
    for text in
        ["Ana's boat at St. Louis", "jean-luc o'neill saw the Beyonc\u{e9} show", "\u{c9}ric's \u{d6}sterreich  Tour"]
    {
        assert!(phrases(text).iter().all(|p| p.hash == hash(&p.name(text))), "{text}");
    }
    assert!(phrases("of the and it").is_empty());
    assert!(phrases("rings").iter().all(Phrase::is_one_word));
}

#[test]
fn a_text_of_any_length_has_a_bounded_number_of_phrases() {
    let text = "alpha beta gamma delta ".repeat(10_000);
    assert!(phrases(&text).len() <= 2_000 * known::MOST_WORDS);
}

#[test]
fn scripts_without_capitals_name_their_words() {
    assert_eq!(
        find("\u{5317}\u{4eac}\u{5927}\u{5b66}").join("|"),
        "\u{5317}\u{4eac}|\u{4eac}\u{5927}|\u{5927}\u{5b66}"
    );
    // Hebrew: short words are left out.
    assert_eq!(
        find("\u{5d4}\u{5d5}\u{5d0} \u{5d2}\u{5e8} \u{5d1}\u{5ea}\u{5dc} \u{5d0}\u{5d1}\u{5d9}\u{5d1}")
            .join("|")
            .split('|')
            .count(),
        3
    );
    // Beside text with capitals both rules hold.
    assert_eq!(find("Ana \u{5317}\u{4eac}").join("|"), "ana|\u{5317}\u{4eac}");
    let long: String = (0..500u32).filter_map(|i| char::from_u32(0x4e00 + i * 7)).collect();
    assert!(find(&long).len() <= 48);
}

#[test]
fn an_update_drops_the_names_that_the_old_text_mentioned_in_any_case() {
    let old = strings(&["ana", "new york", "project x"]);
    let new = update(&old, "Ana lives in new york", "Bob lives in Rome");
    assert_eq!(new, strings(&["bob", "rome", "project x"]));
}
