SELECT s.space FROM engram.space s ORDER BY s.space
