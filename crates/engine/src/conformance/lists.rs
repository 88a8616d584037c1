//! Lists of associates for the experiment on false recognition. Published lists and norms of free association may not be passed on, so the words
//! are our own, and so are the strengths, but for the four of *sleep* marked as measured.

/// Words that lead to one that is not among them.
pub struct List {
    /// What all of them lead to, and nobody studies.
    pub lure: &'static str,
    /// Studied words, each with its backward strength: the share of people to whom the word brings the lure to mind.
    pub words: [(&'static str, f32); 12],
    /// Words to which some of the studied words lead weakly.
    pub weak: [&'static str; 3],
}

/// Backward strengths to *sleep* as they were measured (University of South Florida norms: Nelson, McEvoy and Schreiber 2004).
pub const MEASURED: [(&str, f32); 4] = [("bed", 0.638), ("tired", 0.479), ("rest", 0.475), ("dream", 0.247)];

/// How strongly a studied word leads to one weak associate of its list.
pub const WEAK: f32 = 0.06;

/// How strongly a studied word leads to a word that has nothing to do with its list.
pub const REMOTE: f32 = 0.01;

/// How strongly a lure leads back to each word of its list.
pub const FORWARD: f32 = 0.04;

/// Strongest first, by the mean of their backward strengths.
pub const LISTS: [List; 4] = [
    List {
        lure: "sleep",
        words: [
            MEASURED[0],
            MEASURED[1],
            MEASURED[2],
            MEASURED[3],
            ("pyjamas", 0.40),
            ("bedtime", 0.55),
            ("mattress", 0.30),
            ("drowsy", 0.45),
            ("midnight", 0.12),
            ("lullaby", 0.35),
            ("alarm clock", 0.15),
            ("sofa", 0.06),
        ],
        weak: ["lamp", "coffee", "wardrobe"],
    },
    List {
        lure: "harbour",
        words: [
            ("quay", 0.45),
            ("mooring", 0.40),
            ("pier", 0.35),
            ("breakwater", 0.35),
            ("tugboat", 0.30),
            ("ferry", 0.22),
            ("anchor", 0.20),
            ("fishing boat", 0.25),
            ("lighthouse", 0.16),
            ("gull", 0.10),
            ("container", 0.08),
            ("tide", 0.12),
        ],
        weak: ["rope", "salt", "captain"],
    },
    List {
        lure: "garden",
        words: [
            ("hedge", 0.30),
            ("lawn", 0.28),
            ("wheelbarrow", 0.24),
            ("rake", 0.20),
            ("compost", 0.22),
            ("greenhouse", 0.18),
            ("tulip", 0.14),
            ("fence", 0.10),
            ("gate", 0.08),
            ("hose", 0.16),
            ("snail", 0.06),
            ("bench", 0.05),
        ],
        weak: ["path", "basket", "rain"],
    },
    List {
        lure: "letter",
        words: [
            ("stamp", 0.22),
            ("envelope", 0.26),
            ("postman", 0.12),
            ("ink", 0.05),
            ("parcel", 0.06),
            ("address", 0.08),
            ("postcard", 0.09),
            ("signature", 0.04),
            ("paper", 0.03),
            ("desk", 0.02),
            ("wax", 0.02),
            ("alphabet", 0.12),
        ],
        weak: ["drawer", "bicycle", "glue"],
    },
];

/// Words that belong to no list.
pub const UNRELATED: [&str; 12] = [
    "violin", "copper", "pepper", "tunnel", "falcon", "ladder", "marble", "senate", "velvet", "volcano", "orbit",
    "saddle",
];
