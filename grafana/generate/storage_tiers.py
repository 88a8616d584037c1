"""What is where, how full is it, what moves, and does the hot tier serve?"""

from generate.panels import ENGRAM, Board, Panel, Query, Row, rate, share

HITS, MISSES = rate("engram_hot_tier_hits_total"), rate("engram_hot_tier_misses_total")
FROM_ANY = rate("engram_tier_hits_total")


def gauge(metric: str, by: str = "instance") -> str:
    return f"sum by ({by}) ({metric}{{{ENGRAM}}})"


BOARD = Board(
    "storage-tiers",
    "Engram / Storage tiers",
    "Capacity, moves, hits and evictions of the hot, the warm and the cold tier; snapshot file and standby.",
    [
        Row("Capacity", [
            Panel("Hot tier", "Bytes of shared memory in use, and engram.hot_tier_size.", "bytes",
                  [Query(gauge("engram_hot_tier_bytes"), "{{instance}} used"), Query(gauge("engram_hot_tier_capacity_bytes"), "{{instance}} size")]),
            Panel("Hot tier used", "Share of the hot tier in use. Alert StorageTierNearCapacity: above 80 %.", "percentunit",
                  [Query(f"{gauge('engram_hot_tier_bytes')} / {gauge('engram_hot_tier_capacity_bytes')}", "{{instance}}")], warn=0.8, bad=0.95, top=1),
            Panel("Memories by tier", "Memories of loaded spaces of the exporter's database, by the tier that holds them.", "short",
                  [Query(gauge("engram_tier_memories", "tier"), "{{tier}}")], "stacked"),
            Panel("Bytes by tier", "Shared memory, and tables with their indexes.", "bytes", [Query(gauge("engram_tier_bytes", "tier"), "{{tier}}")], "stacked"),
            Panel("Growth", "Memories that are added each second, as the trend of the last hour. Alert ActiveMemoryGrowthUnbounded: above 1,000, if they are remembered and not loaded.", "ops",
                  [Query(f"sum by (instance) (deriv(engram_tier_memories{{{ENGRAM}}}[1h]))", "{{instance}}")], bad=1000),
            Panel("Hot tier in a month", "Where the trend of the last six hours leads in 30 days, as a share of the tier.", "percentunit",
                  [Query(f"sum by (instance) (predict_linear(engram_hot_tier_bytes{{{ENGRAM}}}[6h], 30 * 86400)) / {gauge('engram_hot_tier_capacity_bytes')}",
                         "{{instance}}")], warn=0.8, bad=1),
        ]),
        Row("Moves", [
            Panel("Moves", "Memories that move between tiers each second, by direction.", "ops",
                  [Query(rate("engram_tier_moves_total", "direction"), "{{direction}}")]),
            Panel("Evictions", "Memories that leave the hot tier each second because there is no room. Alert HotTierEvictionStorm: a tenth of what is in it within 10 minutes.", "ops",
                  [Query(rate("engram_hot_tier_evictions_total", "instance"), "{{instance}}")]),
        ]),
        Row("Hits", [
            Panel("Searches answered by the hot tier", "Share of searches that shared memory answers; the others are answered by a region of the session.", "percentunit",
                  [Query(share(HITS, f"({HITS} + {MISSES})"), "hot")], bad_below=0.8, warn_below=0.95, top=1),
            Panel("Answers by tier", "Share of the memories in answers that come from each tier.", "percentunit",
                  [Query(f"{rate('engram_tier_hits_total', 'tier')} / scalar(clamp_min({FROM_ANY}, 1e-9))", "{{tier}}")], "stacked", top=1),
            Panel("Spaces by state", "Spaces of the hot tier by the state of loading. Alert HotTierNotLoaded: any that is loading or wanted for 10 minutes; absent ones are those that nobody asks for.", "short",
                  [Query(gauge("engram_hot_tier_load_spaces", "state"), "{{state}}")], "stacked"),
            Panel("Lock waits", "Waits for the hot tier's locks each second.", "ops", [Query(rate("engram_hot_tier_lock_waits_total", "instance"), "{{instance}}")]),
        ]),
        Row("Contents", [
            Panel("Memories", "Memories of the spaces in the hot tier: all, and those that are in it themselves.", "short",
                  [Query(gauge("engram_hot_tier_memories"), "{{instance}} all"), Query(gauge("engram_hot_tier_resident"), "{{instance}} resident")], width=8),
            Panel("Associations", "Associations in the hot tier.", "short", [Query(gauge("engram_hot_tier_edges"), "{{instance}}")], width=8),
            Panel("Cues", "Cues in the hot tier.", "short", [Query(gauge("engram_hot_tier_cues"), "{{instance}}")], width=8),
        ]),
        Row("Snapshot and standby", [
            Panel("Snapshot age", "Time since the snapshot file of the hot tier was written; 0 where there is none.", "s",
                  [Query(f"max by (instance) (engram_snapshot_age_seconds{{{ENGRAM}}})", "{{instance}}")], width=8),
            Panel("Snapshot size", "Bytes of the snapshot file.", "bytes", [Query(gauge("engram_snapshot_bytes"), "{{instance}}")], width=8),
            Panel("Load time", "How long loading the hot tier took after the last start.", "s",
                  [Query(f"max by (instance) (engram_snapshot_load_seconds{{{ENGRAM}}})", "{{instance}}")], width=8),
            Panel("Standby lag", "How far the hot tier of a standby is behind replay; 0 on a primary. Alert StandbyLag: above 30 s.", "s",
                  [Query(f"max by (instance) (engram_standby_lag_seconds{{{ENGRAM}}})", "{{instance}}")], warn=5, bad=30),
            Panel("Standby misses", "Recalls on a standby each second that a region of the session answers because the hot tier is behind.", "ops",
                  [Query(rate("engram_standby_missed_total", "instance"), "{{instance}}")]),
        ]),
    ],
)
