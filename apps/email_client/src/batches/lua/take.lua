-- Writes a batch down, whole or not at all.
-- KEYS: head, recipients, records, index, campaign, counts
-- ARGV: batch, campaign, content, gateway, limit, then id, recipient and record of each email
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
local emails = (#ARGV - 5) / 3
if redis.call('HLEN', KEYS[4]) + emails > tonumber(ARGV[5]) then
  return 'full'
end
for i = 6, #ARGV, 3 do
  local id = ARGV[i]
  redis.call('HSET', KEYS[2], id, ARGV[i + 1])
  redis.call('HSET', KEYS[3], id, ARGV[i + 2])
  redis.call('HSET', KEYS[4], id, ARGV[1])
  redis.call('HINCRBY', KEYS[6], cjson.decode(ARGV[i + 2]).state, 1)
end
redis.call('SADD', KEYS[5], ARGV[1])
redis.call('HSET', KEYS[1], 'campaign', ARGV[2], 'content', ARGV[3], 'gateway', ARGV[4], 'fence', 0)
return 'taken'
