//! The constants of the model, each with the reason for its value, in one place.
//!
//! One configuration serves prose and conversation, with embeddings or without; no value is chosen per data set. The values lie on
//! plateaus: those tried next to them (seeds 3 and 7, temperature 0.1 and 0.15, damping 0.6 and 0.8, cue weight 40 and 60, contiguity 3 and 6, masses 0.5 and 0.7, lexical
//! weights 0.8 and 1.5 to 1.8, thresholds 1e-5 and 3e-5, hops 2 and 4) change the share of gold memories found among ten on MuSiQue and LoCoMo by .02 or less, up or down.

/// The share of a node's residual that travels on; the rest stays. Range 0 to 1, exclusive.
pub const DAMPING: f32 = 0.7;

/// Push while residual > threshold * number of edges; seeds have a total mass of 1. Spreading then looks at about 3,000
/// edges whatever the size of the graph, and hubs stop themselves. At 3e-5 it looks at three times as many, and finds at
/// most .001 more gold memories among ten.
pub const THRESHOLD: f32 = 1e-4;

/// Steps from memory to memory that activation may take from a seed.
pub const HOPS: u8 = 3;

/// Edges looked at by one call before the threshold is raised: a guard, not a tuning knob.
pub const MAX_EDGES: u64 = 200_000;

/// Weight of the link between neighbours in time within one context; a mention weighs ln(1 + N/df), so this is
/// the weight of a cue that one memory in 22,000 mentions.
pub const CONTIGUITY_WEIGHT: f32 = 10.0;

/// A mention of what a memory is about weighs this many times an ordinary one.
pub const ABOUT_FACTOR: u32 = 2;

/// How many of the best memories become seeds. Ten or more blur the question.
pub const SEEDS: usize = 5;

/// Temperature of the softmax that shares the reset mass among the seeds. At half of it one seed takes nearly all, and conversations,
/// where the best match is often only a neighbour of the answer, lose .01.
pub const SEED_TEMPERATURE: f32 = 0.12;

/// Share of the reset mass that goes to memories when cues are named too.
pub const MEMORY_MASS: f32 = 0.6;

/// Weight of BM25 beside cosine similarity in the choice of seeds, each divided by the best of the call.
pub const LEXICAL_WEIGHT: f32 = 1.0;

/// Weight in the ranking of the share of possible BM25, beside a cosine of 1. The best memory of a question reaches about 0.4 of what is
/// possible and a cosine of about 0.6.
pub const LEXICAL_RANK_WEIGHT: f32 = 2.0;

/// Weight in the ranking of activation that came through shared cues, per unit of seed mass, inside a logarithm.
pub const CUE_WEIGHT: f32 = 50.0;

/// The same for activation that came from neighbours in time. Lower by far: neighbours in a conversation pass on much, and are related
/// by accident more often than memories that name the same thing.
pub const CONTIGUITY_RANK_WEIGHT: f32 = 4.0;

/// The same for activation over explicit or learned associations: as with cues, there is a reason for the edge.
pub const ASSOCIATION_RANK_WEIGHT: f32 = 50.0;
