-- Takes one entry out of the outbox after web has acknowledged it, and forgets the emails that ended in it. A batch
-- with nothing left to remember keeps only its name, for long enough that a late repetition of it is known.
-- KEYS: outbox, counts, index, head, recipients, records, campaign
-- ARGV: group, entry, batch, number of reports, days to remember, then id, run and state of each end in it
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call('XDEL', KEYS[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], 'outbox', -tonumber(ARGV[4]))
for i = 6, #ARGV, 3 do
  local id = ARGV[i]
  local record = redis.call('HGET', KEYS[6], id)
  -- The record may be of a later run, or gone: an end is forgotten only where it is still the end.
  local now = record and cjson.decode(record)
  if now and now.state == ARGV[i + 2] and now.run == tonumber(ARGV[i + 1]) then
    redis.call('HDEL', KEYS[6], id)
    redis.call('HINCRBY', KEYS[2], ARGV[i + 2], -1)
    if redis.call('HGET', KEYS[3], id) == ARGV[3] then
      redis.call('HDEL', KEYS[3], id)
    end
  end
end
if redis.call('EXISTS', KEYS[6]) == 0 and redis.call('EXISTS', KEYS[4]) == 1 then
  redis.call('HSET', KEYS[4], 'done', 1)
  redis.call('EXPIRE', KEYS[4], 86400 * tonumber(ARGV[5]))
  redis.call('DEL', KEYS[5])
  redis.call('SREM', KEYS[7], ARGV[3])
end
return 1
