//! What a run goes by: settings of the server, and those of the space, which go before them.

use crate::guc::{self, CONSOLIDATION_SIZES, CONSOLIDATION_THRESHOLDS};
use engram_engine::consolidation::linkage;
use serde_json::Value;

/// The rules of one space.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub linkage: linkage::Rules,
    /// Contradictions are resolved where evidence and time decide.
    pub resolve: bool,
}

impl Rules {
    /// Those of a space with these further settings. What is no value of a setting there is as if it were not there.
    pub fn of(settings: &str) -> Rules {
        let own: Value = serde_json::from_str(settings).unwrap_or_default();
        let size = |key: &str, server: usize| {
            let (least, most) = CONSOLIDATION_SIZES;
            own[key].as_i64().and_then(|n| usize::try_from(n.clamp(least.into(), most.into())).ok()).unwrap_or(server)
        };
        let (least, most) = CONSOLIDATION_THRESHOLDS;
        let threshold = own["consolidation_threshold"].as_f64().map(|t| t.clamp(least, most));
        let min_size = size("consolidation_min_size", guc::consolidation_min_size());
        Rules {
            linkage: linkage::Rules {
                threshold: threshold.unwrap_or_else(guc::consolidation_threshold) as f32,
                min_size,
                max_size: size("consolidation_max_size", guc::consolidation_max_size()).max(min_size),
                memory: guc::worker_memory(),
            },
            resolve: own["resolve_contradictions"].as_bool().unwrap_or_else(guc::resolve_contradictions),
        }
    }
}
