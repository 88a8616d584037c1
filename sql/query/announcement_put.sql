INSERT INTO engram.announcement (space, entry, event, ids, activity)
VALUES ($1, $2, $3, $4, $5)
