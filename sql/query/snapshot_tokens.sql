SELECT t.token, t.at_stop
FROM engram.snapshot_token t
