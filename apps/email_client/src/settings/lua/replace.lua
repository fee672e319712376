#!lua
-- Replaces gateways if every one still is as it was read: of two changes made at once the second one is refused.
-- KEYS: gateways
-- ARGV: number read, id and text of each; number changed, id and text of each; ids of the removed
local read = tonumber(ARGV[1])
if redis.call('HLEN', KEYS[1]) ~= read then
  return 0
end
for i = 2, read * 2, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then
    return 0
  end
end
local at = read * 2 + 2
local changed = tonumber(ARGV[at])
for i = at + 1, at + changed * 2, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
for i = at + changed * 2 + 1, #ARGV do
  redis.call('HDEL', KEYS[1], ARGV[i])
end
return 1
