SELECT h.trimmed
FROM engram.change_horizon h
