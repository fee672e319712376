#!lua
-- Writes a batch down, whole or not at all. Out of memory it is refused before anything is written.
-- One that was dropped is not taken as if nobody had had it: whoever hands it over may never have heard that it was taken.
-- Nor is one that may have been taken before while nobody knows what Redis has lost, or once it has lost anything: its taking
-- may be among that.
-- KEYS: head, recipients, records, index, campaign, counts, continuity, dropped, lost
-- ARGV: batch, campaign, content, gateway, limit, 'lost' if the batch was, or 'again' if it may have been taken before; then id,
--       recipient, record and state of each email
-- Answers 'taken', or 'known' if it was before, 'dropped' if it has to come as one that was lost, or 'full' if no batch is taken
-- now.
local BATCH = 500 -- emails, at the most
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
if ARGV[6] ~= 'lost' and redis.call('EXISTS', KEYS[8]) == 1 then
  return 'dropped'
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
if ARGV[6] == 'again' then
  if redis.call('EXISTS', KEYS[9]) == 1 then
    return 'dropped'
  end
  if redis.call('HGET', KEYS[7], 'run') ~= run then
    return 'full'
  end
end
local emails = (#ARGV - 6) / 4
-- A campaign may fill as much as it leaves free: however many are paused with what they hold, there is room for another.
local free = tonumber(ARGV[5]) - redis.call('HLEN', KEYS[4])
local held = redis.call('SCARD', KEYS[5]) * BATCH
if emails > free or (held > 0 and held + emails > free) then
  return 'full'
end
-- In an empty journal it begins an era: nothing that is missing was missed by this batch.
if redis.call('EXISTS', KEYS[4]) == 0 and redis.call('EXISTS', KEYS[7]) == 0 then
  redis.call('HSET', KEYS[7], 'run', run, 'era', ARGV[1], 'fresh', '1')
end
-- A worker may still hold a claim on what was lost: the fence begins above any number that one can have.
local fence = ARGV[6] == 'lost' and redis.call('TIME')[1] or 0
redis.call('HSET', KEYS[1], 'campaign', ARGV[2], 'content', ARGV[3], 'gateway', ARGV[4], 'fence', fence)
redis.call('SADD', KEYS[5], ARGV[1])

-- An end that web has not acknowledged outlives that its batch was dropped, and stands.
local outlived = redis.call('EXISTS', KEYS[3]) == 1
local recipients, records, index, counts, known = {}, {}, {}, {}, {}
local function put(fields, id, value)
  fields[#fields + 1] = id
  fields[#fields + 1] = value
end
for i = 7, #ARGV, 4 do
  local id, recipient, record, state = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  -- An email that is named twice is one email.
  if not known[id] and not (outlived and redis.call('HEXISTS', KEYS[3], id) == 1) then
    known[id] = true
    put(recipients, id, recipient)
    put(records, id, record)
    put(index, id, ARGV[1])
    counts[state] = (counts[state] or 0) + 1
  end
end
if #records > 0 then
  redis.call('HSET', KEYS[2], unpack(recipients))
  redis.call('HSET', KEYS[3], unpack(records))
  redis.call('HSET', KEYS[4], unpack(index))
end
for state, count in pairs(counts) do
  redis.call('HINCRBY', KEYS[6], state, count)
end
return 'taken'
