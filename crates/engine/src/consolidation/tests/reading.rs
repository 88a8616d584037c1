use super::fixture::analyzer;
use crate::consolidation::read;
use crate::text::{Analyzer, Language};

/// Whether two texts have a frame in common with different values.
fn disagree(language: Language, a: &str, b: &str) -> bool {
    let mut analyzer = Analyzer::new(language);
    let (a, b) = (read(a, &mut analyzer), read(b, &mut analyzer));
    a.frames.iter().any(|x| b.frames.iter().any(|y| x.key == y.key && x.value != y.value))
}

#[test]
fn one_sentence_with_another_number_date_or_name_disagrees() {
    for (a, b) in [
        ("The meeting is at 10.", "The meeting is at 11."),
        ("Ana lives in Paris.", "Ana lives in Rome."),
        ("Ana weighs 60 kg", "ana weighs 62 kg"),
        ("The boat was sold on 5 May 2024.", "The boat was sold on 7 June 2024."),
        ("The boat was sold on 2024-05-01.", "The boat was sold on 2024-05-02."),
        ("The release is on Monday.", "The release is on Tuesday!"),
        ("He called. The price of the house is 1,000 euros.", "The price of the house is 1200 euros. It rains."),
        ("Ana's brother is called Bob Stone.", "Ana\u{2019}s brother is called Carl."),
    ] {
        assert!(disagree(Language::English, a, b), "{a} / {b}");
    }
}

#[test]
fn what_may_hold_beside_the_other_does_not_disagree() {
    for (a, b) in [
        // Another subject.
        ("Ana lives in Paris.", "Maria lives in Paris."),
        ("Ana lives in Paris.", "Maria lives in Rome."),
        ("Room 101 is closed.", "Room 102 is closed."),
        ("The room 101 is closed.", "The room 102 is closed."),
        ("Flight BA 123 is late.", "Flight BA 124 is late."),
        ("She lives in Paris.", "She lives in Rome."),
        // A list.
        ("Ana likes Paris, Oslo and Rome.", "Ana likes Paris, Oslo and Kyiv."),
        ("Ana likes Paris and Rome.", "Ana likes Paris and Oslo."),
        // Another kind of thing.
        ("Ana was born in Paris.", "Ana was born in 1990."),
        // Other words.
        ("The meeting is at 10.", "The meeting begins at 11."),
        ("Is the meeting at 10?", "Is the meeting at 11?"),
        // The same.
        ("The price is 1,000 euros.", "The price is 1000 euros."),
        ("Ana lives in PARIS now.", "Ana lives in Paris now."),
        ("10", "11"),
        ("", ""),
    ] {
        assert!(!disagree(Language::English, a, b), "{a} / {b}");
    }
}

#[test]
fn frames_are_not_english_only() {
    for (language, a, b) in [
        (Language::French, "La r\u{e9}union est \u{e0} 10 heures.", "La r\u{e9}union est \u{e0} 11 heures."),
        (Language::French, "Ana habite \u{e0} Paris.", "Ana habite \u{e0} Rome."),
        (Language::German, "Das Treffen ist um 10 Uhr.", "Das Treffen ist um 11 Uhr."),
        (
            Language::Russian,
            "\u{410}\u{43d}\u{43d}\u{430} \u{436}\u{438}\u{432}\u{435}\u{442} \u{432} \u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{435}.",
            "\u{410}\u{43d}\u{43d}\u{430} \u{436}\u{438}\u{432}\u{435}\u{442} \u{432} \u{41a}\u{438}\u{435}\u{432}\u{435}.",
        ),
        (
            Language::None,
            "\u{4f1a}\u{8bae}\u{5728}10\u{70b9}\u{5f00}\u{59cb}",
            "\u{4f1a}\u{8bae}\u{5728}11\u{70b9}\u{5f00}\u{59cb}",
        ),
    ] {
        assert!(disagree(language, a, b), "{a} / {b}");
    }
    // Every noun has a capital there.
    assert!(!disagree(Language::German, "Der Hund mag K\u{e4}se.", "Der Hund mag Wurst."));
}

#[test]
fn a_text_that_fills_a_slot_twice_says_neither() {
    let reading = read("The lamp costs 10 euros. The lamp costs 12 euros. The chair costs 5 euros.", &mut analyzer());
    assert_eq!(reading.frames.iter().map(|f| f.shown.as_str()).collect::<Vec<_>>(), ["5"]);
    let values = read("The meeting with Bob Stone is on 5 May 2024.", &mut analyzer());
    let mut shown: Vec<&str> = values.frames.iter().map(|f| f.shown.as_str()).collect();
    shown.sort_unstable();
    assert_eq!(shown, ["5 May 2024", "Bob Stone"]);
}
