#!lua flags=allow-oom
-- Notes what came back of a gateway's emails.
-- KEYS: what came last, counts of the day
-- ARGV: seconds to keep what came last, seconds to keep the counts,
--       number of fields that came last, then of each: field, text,
--       then of each count: field, how many more
local last = tonumber(ARGV[3])
for i = 4, 3 + last * 2, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
for i = 4 + last * 2, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 0
