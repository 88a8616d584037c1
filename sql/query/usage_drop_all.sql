DELETE FROM engram.usage
