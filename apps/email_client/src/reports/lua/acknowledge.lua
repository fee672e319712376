#!lua flags=allow-oom
-- Takes one entry out of the outbox after web has acknowledged it, and forgets the emails that ended in it. A batch
-- with nothing left to remember keeps only its name, for long enough that a late repetition of it is known.
-- KEYS: outbox, counts, index, then of each batch: head, recipients, records, campaign
-- ARGV: group, entry, number of reports, seconds to remember, then of each batch: batch, number of ends, ids of the ends
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call('XDEL', KEYS[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], 'outbox', -tonumber(ARGV[3]))

local SETTLED = { sent = true, failed = true, skipped = true, cancelled = true, uncertain = true }
local key, arg, counts = 4, 5, {}

while arg <= #ARGV do
  local head, recipients, records, campaign = KEYS[key], KEYS[key + 1], KEYS[key + 2], KEYS[key + 3]
  local batch, ends = ARGV[arg], tonumber(ARGV[arg + 1])
  local ids, forgotten, indexed = {}, {}, {}
  for i = arg + 2, arg + 1 + ends do
    ids[#ids + 1] = ARGV[i]
  end
  local standing, batches = redis.call('HMGET', records, unpack(ids)), redis.call('HMGET', KEYS[3], unpack(ids))
  for i, id in ipairs(ids) do
    local state = standing[i] and string.match(standing[i], '"state":"(%a+)"')
    if SETTLED[state] then
      forgotten[#forgotten + 1] = id
      counts[state] = (counts[state] or 0) - 1
      -- A requeue may have put the email into a later batch already.
      if batches[i] == batch then
        indexed[#indexed + 1] = id
      end
    end
  end
  if #forgotten > 0 then
    redis.call('HDEL', records, unpack(forgotten))
  end
  if #indexed > 0 then
    redis.call('HDEL', KEYS[3], unpack(indexed))
  end
  if redis.call('EXISTS', records) == 0 and redis.call('EXISTS', head) == 1 then
    redis.call('HSET', head, 'done', 1)
    redis.call('EXPIRE', head, ARGV[4])
    redis.call('DEL', recipients)
    redis.call('SREM', campaign, batch)
  end
  arg = arg + 2 + ends
  key = key + 4
end

for state, change in pairs(counts) do
  redis.call('HINCRBY', KEYS[2], state, change)
end
return 1
