SELECT DISTINCT a.space FROM engram.announcement a
