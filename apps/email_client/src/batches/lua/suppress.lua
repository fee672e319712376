#!lua
-- Remembers emails that must not be attempted any more, also such as are not here yet: they may be on their way.
-- KEYS: suppressed, index
-- ARGV: now, before when entries are forgotten, then id and run of each email
-- Answers the batches in which they are.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local batches = {}
for i = 3, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[i] .. ' ' .. ARGV[i + 1])
  local batch = redis.call('HGET', KEYS[2], ARGV[i])
  if batch then
    batches[batch] = true
  end
end
local names = {}
for batch in pairs(batches) do
  names[#names + 1] = batch
end
return names
