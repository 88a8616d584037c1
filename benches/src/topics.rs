//! What goes on in a house with an office, a garden and a harbour: seeded texts in which subjects recur, so that beliefs form.
//!
//! A space has some twenty subjects: a person and a habit of that person, told each time in other words. The more frequent ones come
//! far more often (Zipf). Every fourth text is a sentence of `data/saltmere` that belongs to no subject. What is told at a number
//! depends on seed, space and number alone.

use engram_cluster_tests::Rng;
use serde_json::Value;
use std::path::Path;

/// Subjects of one space.
pub const SUBJECTS: usize = 20;
/// Texts of one context.
const SESSION: usize = 20;
/// One in so many texts belongs to no subject.
const STRAY: usize = 4;

struct Habit {
    /// `{who}` and `{when}` are put in; each says the same in other words.
    lines: [&'static str; 5],
    question: &'static str,
}

const HABITS: [Habit; 20] = [
    Habit {
        lines: [
            "{who} watered the plants in the greenhouse {when}",
            "The plants in the greenhouse were watered by {who} {when}",
            "{when} the greenhouse plants got their water from {who}",
            "{who} went round the greenhouse with the can and watered all plants {when}",
            "Plants watered in the greenhouse {when}, by {who}",
        ],
        question: "Who waters the plants in the greenhouse?",
    },
    Habit {
        lines: [
            "The deployment of the billing service failed {when} and {who} rolled it back",
            "{who} rolled back the deployment of the billing service {when}",
            "{when} the billing service was rolled back by {who} after a failed deployment",
            "A failed deployment of the billing service: {who} rolled it back {when}",
            "{who} had to roll back billing {when}, the deployment of the service failed",
        ],
        question: "What happens to deployments of the billing service?",
    },
    Habit {
        lines: [
            "{who} repaired the coffee machine in the kitchen {when}",
            "The coffee machine in the kitchen leaked {when} until {who} repaired it",
            "{when} {who} took the coffee machine of the kitchen apart and repaired it",
            "The kitchen's coffee machine was repaired by {who} {when}",
            "Coffee machine repaired {when}, says {who} in the kitchen",
        ],
        question: "Who repairs the coffee machine?",
    },
    Habit {
        lines: [
            "{who} ordered new toner for the printer on the second floor {when}",
            "The printer on the second floor was out of toner {when}, {who} ordered new toner",
            "{when} {who} ordered toner for the second floor printer",
            "New toner for the printer of the second floor was ordered by {who} {when}",
            "Printer toner for the second floor ordered {when} by {who}",
        ],
        question: "Why does the printer on the second floor stop?",
    },
    Habit {
        lines: [
            "{who} walked the dog along the river {when}",
            "{when} {who} took the dog for a walk along the river",
            "The dog was walked along the river {when} by {who}",
            "Along the river with the dog: {who} went for the walk {when}",
            "{who} and the dog walked by the river {when}",
        ],
        question: "Where does the dog walk?",
    },
    Habit {
        lines: [
            "{who} played chess with the neighbour {when} and lost",
            "{when} {who} lost at chess against the neighbour",
            "The neighbour beat {who} at chess {when}",
            "A game of chess with the neighbour {when}: {who} lost",
            "{who} lost the chess game against the neighbour {when}",
        ],
        question: "Who wins at chess?",
    },
    Habit {
        lines: [
            "The ferry was late {when} and {who} waited at the pier",
            "{who} waited at the pier {when}, the ferry was late",
            "{when} the ferry came late to the pier where {who} waited",
            "A late ferry {when}: {who} waited at the pier",
            "{who} says the ferry was late at the pier {when}",
        ],
        question: "Is the ferry on time?",
    },
    Habit {
        lines: [
            "{who} baked rye bread for the bakery stall {when}",
            "{when} {who} baked the rye bread of the bakery stall",
            "Rye bread for the bakery stall was baked by {who} {when}",
            "The stall sold rye bread {when} that {who} had baked",
            "{who} baked bread of rye {when} for the stall of the bakery",
        ],
        question: "What does the bakery stall sell?",
    },
    Habit {
        lines: [
            "{who} visited the dentist {when} because of a tooth",
            "{when} {who} had a tooth looked at by the dentist",
            "The dentist filled a tooth of {who} {when}",
            "A visit to the dentist {when}: {who} has a bad tooth",
            "{who} went to the dentist {when} with an aching tooth",
        ],
        question: "Who goes to the dentist?",
    },
    Habit {
        lines: [
            "{who} tuned the piano in the concert hall {when}",
            "The piano of the concert hall was tuned by {who} {when}",
            "{when} {who} came to tune the concert hall's piano",
            "Piano tuned in the concert hall {when}, by {who}",
            "In the concert hall {who} tuned the piano {when}",
        ],
        question: "When is the piano tuned?",
    },
    Habit {
        lines: [
            "{who} refilled the bird feeder in the orchard {when}",
            "{when} the bird feeder in the orchard was refilled by {who}",
            "The birds had emptied the feeder in the orchard, {who} refilled it {when}",
            "{who} brought seeds for the birds' feeder in the orchard {when}",
            "Bird feeder of the orchard refilled {when} by {who}",
        ],
        question: "Who feeds the birds in the orchard?",
    },
    Habit {
        lines: [
            "The nightly backup of the database ran out of disk {when}, {who} freed some",
            "{who} freed disk space {when} so that the database backup could run",
            "{when} the database backup failed for lack of disk and {who} freed space",
            "No disk left for the nightly database backup {when}: {who} freed space",
            "Disk space for the database backup was freed by {who} {when}",
        ],
        question: "Why does the nightly backup fail?",
    },
    Habit {
        lines: [
            "{who} taught the children to swim in the pool {when}",
            "{when} the children had their swimming lesson in the pool with {who}",
            "Swimming lesson of the children in the pool {when}, teacher: {who}",
            "The children learned to swim in the pool from {who} {when}",
            "{who} gave the children a swimming lesson in the pool {when}",
        ],
        question: "Who teaches the children to swim?",
    },
    Habit {
        lines: [
            "{who} cleaned the windows of the lighthouse {when}",
            "The lighthouse windows were cleaned by {who} {when}",
            "{when} {who} climbed the lighthouse and cleaned its windows",
            "Windows of the lighthouse cleaned {when} by {who}",
            "{who} cleaned the salt off the windows of the lighthouse {when}",
        ],
        question: "Who cleans the lighthouse?",
    },
    Habit {
        lines: [
            "The rent of the boat house is 640 crowns, {who} paid it {when}",
            "{who} paid 640 crowns rent for the boat house {when}",
            "{when} {who} paid the rent of the boat house, 640 crowns",
            "Rent for the boat house {when}: 640 crowns, paid by {who}",
            "640 crowns were paid by {who} {when} as rent of the boat house",
        ],
        question: "What is the rent of the boat house?",
    },
    Habit {
        lines: [
            "The rent of the boat house is 710 crowns, {who} paid it {when}",
            "{who} paid 710 crowns rent for the boat house {when}",
            "{when} {who} paid the rent of the boat house, 710 crowns",
            "Rent for the boat house {when}: 710 crowns, paid by {who}",
            "710 crowns were paid by {who} {when} as rent of the boat house",
        ],
        question: "Who pays the rent of the boat house?",
    },
    Habit {
        lines: [
            "{who} presented the sales figures to the board {when}",
            "{when} the board heard the sales figures from {who}",
            "The sales figures were presented to the board by {who} {when}",
            "Board meeting {when}: {who} presented the figures of sales",
            "{who} showed the board the figures of the sales team {when}",
        ],
        question: "Who presents the sales figures?",
    },
    Habit {
        lines: [
            "{who} sharpened the saws in the carpenter's workshop {when}",
            "The saws of the carpenter's workshop were sharpened by {who} {when}",
            "{when} {who} sharpened all saws of the carpenter in the workshop",
            "Saws sharpened in the workshop of the carpenter {when} by {who}",
            "In the carpenter's workshop {who} sharpened the blunt saws {when}",
        ],
        question: "Who sharpens the saws?",
    },
    Habit {
        lines: [
            "{who} took the train to Vienna {when} for the fair",
            "{when} {who} travelled to the fair in Vienna by train",
            "By train to Vienna: {who} went to the fair {when}",
            "The train took {who} to the Vienna fair {when}",
            "{who} was on the train to the fair in Vienna {when}",
        ],
        question: "How does one get to the fair in Vienna?",
    },
    Habit {
        lines: [
            "{who} measured the water level of the lake {when}",
            "The water level of the lake was measured by {who} {when}",
            "{when} {who} read the gauge for the lake's water level",
            "Lake water level measured {when} by {who}",
            "{who} noted the level of the water in the lake {when}",
        ],
        question: "Who measures the level of the lake?",
    },
];

const PEOPLE: [&str; 16] = [
    "Maria", "Jonas", "Aisha", "Piotr", "Lucia", "Henrik", "Mei", "Tomas", "Ingrid", "Rafael", "Noor", "Viktor",
    "Sofia", "Emil", "Hana", "Oskar",
];

const SOURCES: [&str; 4] = ["diary", "chat", "log", "talk"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOURS: [&str; 4] = ["morning", "afternoon", "evening", "night"];

const TAILS: [&str; 32] = [
    "before the post came",
    "although it rained",
    "as agreed",
    "in a hurry",
    "for the third time",
    "without being asked",
    "while the others had lunch",
    "and was pleased about it",
    "as in the week before",
    "with a borrowed tool",
    "and said so at once",
    "in spite of the cold",
    "after a short talk",
    "and told nobody",
    "which took an hour",
    "which took all day",
    "with some help",
    "and will do it again",
    "in the dark",
    "as always",
    "because nobody else was there",
    "and wrote it down",
    "at the last moment",
    "by the old rule",
    "with the radio on",
    "earlier than usual",
    "later than usual",
    "and forgot the key",
    "during the strike",
    "after the holiday",
    "on the way home",
    "to everybody's surprise",
];

/// One text to remember.
pub struct Text {
    pub content: String,
    pub context: String,
    /// Mostly none: then only the same words make two of one source.
    pub source: Option<&'static str>,
}

/// The texts of all spaces.
pub struct Topics {
    seed: u64,
    strays: Vec<String>,
}

impl Topics {
    /// Texts that depend on `seed`.
    ///
    /// # Panics
    /// When `data/saltmere` is not where the source of this program was built.
    pub fn new(seed: u64) -> Topics {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/saltmere");
        let mut files: Vec<_> = std::fs::read_dir(&place)
            .unwrap_or_else(|error| panic!("{}: {error}", place.display()))
            .map(|entry| entry.expect("a directory can be read").path())
            .collect();
        files.sort();
        let mut strays = Vec::new();
        for file in files {
            for line in std::fs::read_to_string(&file).expect("a passage file is text").lines() {
                let passage: Value = serde_json::from_str(line).expect("a passage is JSON");
                let text = passage["content"].as_str().expect("a passage has a content");
                let text = text.rsplit('\n').next().unwrap_or(text);
                strays.extend(text.split_inclusive(". ").map(str::trim).filter(|s| s.len() > 24).map(str::to_string));
            }
        }
        Topics { seed, strays }
    }

    fn rng(&self, space: usize, kind: u64, number: usize) -> Rng {
        let mut rng = Rng::new(self.seed ^ (space as u64) << 48 ^ kind << 40 ^ number as u64);
        // Neighbouring numbers begin with neighbouring states.
        rng.next_u64();
        rng
    }

    /// Which subject, the frequent ones first: Zipf by inversion of the harmonic sum.
    fn subject(&self, rng: &mut Rng) -> usize {
        let whole: f64 = (1..=SUBJECTS).map(|rank| 1.0 / rank as f64).sum();
        let mut left = rng.below(1 << 30) as f64 / f64::from(1 << 30) * whole;
        (1..SUBJECTS)
            .position(|rank| {
                left -= 1.0 / rank as f64;
                left < 0.0
            })
            .unwrap_or(SUBJECTS - 1)
    }

    /// Person, habit and day of a subject: other spaces have others in front.
    fn about(&self, space: usize, subject: usize) -> (&'static str, &'static Habit, &'static str) {
        let habit = &HABITS[(subject + 7 * space) % HABITS.len()];
        let who = PEOPLE[(subject * 5 + space * 3) % PEOPLE.len()];
        (who, habit, DAYS[(subject * 3 + space) % DAYS.len()])
    }

    /// The text with a number in a space.
    pub fn text(&self, space: usize, number: usize) -> Text {
        let mut rng = self.rng(space, 1, number);
        let context = format!("session {}", number / SESSION);
        if rng.below(STRAY) == 0 {
            return Text { content: rng.pick(&self.strays).clone(), context, source: Some("papers") };
        }
        let subject = self.subject(&mut rng);
        let (who, habit, day) = self.about(space, subject);
        let when = format!("on {day} {}", rng.pick(&HOURS));
        let line = rng.pick(&habit.lines).replace("{who}", who).replace("{when}", &when);
        let source = SOURCES.get(rng.below(4 * SOURCES.len())).copied();
        let content = format!("{}, {}.", capital(&line), rng.pick(&TAILS));
        Text { content, context, source }
    }

    /// A question about something that is told again and again.
    pub fn question(&self, space: usize, number: usize) -> String {
        let mut rng = self.rng(space, 2, number);
        let subject = self.subject(&mut rng);
        let (who, habit, day) = self.about(space, subject);
        match rng.below(3) {
            0 => format!("What does {who} do on {day}?"),
            1 => format!("{} Is it {who}?", habit.question),
            _ => habit.question.to_string(),
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    #[test]
    fn texts_depend_on_seed_space_and_number_alone() {
        let told = |seed, space, number| Topics::new(seed).text(space, number).content;
        assert_eq!(told(1, 2, 3), told(1, 2, 3));
        let others = [told(1, 2, 3), told(2, 2, 3), told(1, 3, 3), told(1, 2, 4)];
        assert_eq!(others.iter().collect::<HashSet<_>>().len(), 4, "{others:?}");
    }

    #[test]
    fn subjects_recur_in_other_words() {
        let topics = Topics::new(42);
        let mut subjects: BTreeMap<usize, usize> = BTreeMap::new();
        (0..2_000).for_each(|number| {
            let mut rng = topics.rng(0, 1, number);
            if rng.below(STRAY) > 0 {
                *subjects.entry(topics.subject(&mut rng)).or_default() += 1;
            }
        });
        assert_eq!(subjects.len(), SUBJECTS);
        assert!(subjects[&0] > 3 * subjects[&(SUBJECTS - 1)], "{subjects:?}");
        let texts: HashSet<String> = (0..2_000).map(|number| topics.text(0, number).content).collect();
        assert!(texts.len() > 1_400, "{} of 2000 differ", texts.len());
    }
}
