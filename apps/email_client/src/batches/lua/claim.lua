#!lua flags=allow-oom
-- Raises the fence and reads the batch. Whoever claimed it before can write no more.
-- KEYS: head, recipients, records
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local head = redis.call('HMGET', KEYS[1], 'campaign', 'content', 'gateway')
return { fence, head[1], head[2], head[3], redis.call('HGETALL', KEYS[2]), redis.call('HGETALL', KEYS[3]) }
