TRUNCATE engram.trace, engram.warm, engram.belief_event, engram.consolidation_snapshot
