#!lua flags=allow-oom
-- Raises the fence and reads the batch. Whoever claimed it before can write no more.
-- KEYS: head, recipients, records, suppressed
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local head = redis.call('HMGET', KEYS[1], 'campaign', 'content', 'gateway')
local records, suppressed = redis.call('HGETALL', KEYS[3]), {}
if redis.call('EXISTS', KEYS[4]) == 1 then
  for i = 1, #records, 2 do
    if redis.call('ZSCORE', KEYS[4], records[i] .. ' ' .. string.match(records[i + 1], '"run":(%d+)')) then
      suppressed[#suppressed + 1] = records[i]
    end
  end
end
return { fence, head[1], head[2], head[3], redis.call('HGETALL', KEYS[2]), records, suppressed }
