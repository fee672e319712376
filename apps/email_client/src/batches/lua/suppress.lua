#!lua
-- Remembers emails that must not be attempted any more, also such as are not here yet: they may be on their way. What was said
-- so long ago that they no longer can be is forgotten of those that are not here; of the others it is as if it were said now.
-- KEYS: suppressed, index
-- ARGV: now, before when what was said is looked at again, how many of these at most, then of each email: id, run, and
--       'unbrought' if it can not be on its way
-- Answers the batches in which they are.
local suppressed, index = KEYS[1], KEYS[2]
local now, old, most = unpack(ARGV, 1, 3)
for _, member in ipairs(redis.call('ZRANGE', suppressed, '-inf', old, 'BYSCORE', 'LIMIT', 0, most)) do
  if redis.call('HEXISTS', index, string.match(member, '^%S+')) == 1 then
    redis.call('ZADD', suppressed, now, member)
  else
    redis.call('ZREM', suppressed, member)
  end
end
local batches = {}
for i = 4, #ARGV, 3 do
  local id, run, way = unpack(ARGV, i, i + 2)
  local batch = redis.call('HGET', index, id)
  if batch then
    batches[batch] = true
  end
  if batch or way ~= 'unbrought' then
    redis.call('ZADD', suppressed, now, id .. ' ' .. run)
  end
end
local names = {}
for batch in pairs(batches) do
  names[#names + 1] = batch
end
return names
