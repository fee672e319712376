#!lua flags=allow-oom
-- Counts what the attempts of one worker through one gateway came to in a tick, and slows down what throttles.
-- KEYS: outcomes of the minute, slowdown
-- ARGV: seconds to keep the outcomes, milliseconds of hold and of recovery, least part of a rate,
--       number of outcomes, then of each: outcome, how many,
--       then of each domain that throttles (or nothing for all): domain, its rate, 1 if somebody has set it
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local hold, recovery, least = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local counted = tonumber(ARGV[5])
for i = 6, 5 + counted * 2, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])

local function standing(field)
  local text = redis.call('HGET', KEYS[2], field)
  if not text then
    return nil
  end
  local limit, at, ceiling = string.match(text, '^(%S+) (%S+) (%S+)$')
  limit, at, ceiling = tonumber(limit), tonumber(at), tonumber(ceiling)
  local current = limit + math.max(0, now - at) / recovery * ceiling
  if current >= ceiling then
    redis.call('HDEL', KEYS[2], field)
    return nil
  end
  return { at = at, ceiling = ceiling, current = current }
end

local throttles = 6 + counted * 2
if throttles <= #ARGV then
  for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
    standing(field)
  end
end
for i = throttles, #ARGV, 3 do
  local field, ceiling, isSet = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2] == '1'
  local old = standing(field)
  -- What was taken while it was slowed down says nothing of what it can do.
  if old and not isSet then
    ceiling = old.ceiling
  end
  if not old or now - old.at >= hold or now < old.at then
    local from = old and math.min(old.current, ceiling) or ceiling
    local limit = math.max(from / 2, ceiling * least)
    redis.call('HSET', KEYS[2], field, string.format('%.6g %.0f %.6g', limit, now, ceiling))
    redis.call('PEXPIRE', KEYS[2], recovery)
  end
end
return 0
