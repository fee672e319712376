#!lua
-- Writes a batch down, whole or not at all. Out of memory it is refused before anything is written.
-- One that was dropped is not taken as if nobody had had it: whoever hands it over may never have heard that it was taken.
-- Nor is one that may have been taken before Redis lost anything, or while nobody knows what it has lost: its taking may be among
-- that.
-- KEYS: head, recipients, records, index, campaign, counts, continuity, dropped, lost
-- ARGV: batch, campaign, content, gateway, limit, 'lost' if the batch was, or, if it may have been taken before, how many
--       milliseconds ago at the most; then id, recipient, record and state of each email
-- Answers 'taken', or 'known' if it was before, 'dropped' if it has to come as one that was lost, or 'full' if no batch is taken
-- now.
local head, recipients, records, index, campaignBatches, counts, continuity, dropped, lost = unpack(KEYS)
local batch, campaign, content, gateway, limit, past = unpack(ARGV, 1, 6)
-- Every process beats several times a second.
local UNHEARD_MS = 5000
if redis.call('EXISTS', head) == 1 then
  return 'known'
end
if past ~= 'lost' and redis.call('EXISTS', dropped) == 1 then
  return 'dropped'
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(past) then
  local lostAt = redis.call('GET', lost)
  -- An email client of before wrote '1', for an hour.
  if lostAt and (lostAt == '1' or now - past <= tonumber(lostAt)) then
    return 'dropped'
  end
  local openIn, begunAt = unpack(redis.call('HMGET', continuity, 'run', 'begun'))
  if openIn ~= run or (begunAt and now - begunAt < UNHEARD_MS) then
    return 'full'
  end
end
local emails = (#ARGV - 6) / 4
local stored = redis.call('HLEN', index)
local free = tonumber(limit) - stored

-- Whether the campaign's batches hold more than so many emails. Each is asked for what is left of it, which may be one email
-- that waits. A number that is kept would stay wrong after an upgrade; counting costs 1.4 µs a batch, and only where the whole
-- journal holds more.
local function holdsMoreThan(most)
  if stored <= most then
    return false
  end
  local ofAnyBatch, held = string.sub(records, 1, -#batch - 1), 0
  for _, each in ipairs(redis.call('SMEMBERS', campaignBatches)) do
    held = held + redis.call('HLEN', ofAnyBatch .. each)
    if held > most then
      return true
    end
  end
  return false
end

-- A campaign may fill as much as it leaves free: however many are paused with what they hold, there is room for another.
if emails > free or holdsMoreThan(free - emails) then
  return 'full'
end
-- In an empty journal it begins an era: nothing that is missing was missed by this batch. Another may have been here before, and
-- is taken once whoever misses something has had time to say so.
if redis.call('EXISTS', index) == 0 and redis.call('EXISTS', continuity) == 0 then
  redis.call('HSET', continuity, 'run', run, 'era', batch, 'fresh', '1', 'begun', now)
end
-- A worker may still hold a claim on what was lost: the fence begins above any number that one can have.
local fence = past == 'lost' and time[1] or 0
redis.call('HSET', head, 'campaign', campaign, 'content', content, 'gateway', gateway, 'fence', fence)
redis.call('SADD', campaignBatches, batch)

-- An end that web has not acknowledged outlives that its batch was dropped, and stands.
local outlived = redis.call('EXISTS', records) == 1
local newRecipients, newRecords, indexed, states, known = {}, {}, {}, {}, {}
local function put(fields, id, value)
  fields[#fields + 1] = id
  fields[#fields + 1] = value
end
for i = 7, #ARGV, 4 do
  local id, recipient, record, state = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  -- An email that is named twice is one email.
  if not known[id] and not (outlived and redis.call('HEXISTS', records, id) == 1) then
    known[id] = true
    put(newRecipients, id, recipient)
    put(newRecords, id, record)
    put(indexed, id, batch)
    states[state] = (states[state] or 0) + 1
  end
end
if #newRecords > 0 then
  redis.call('HSET', recipients, unpack(newRecipients))
  redis.call('HSET', records, unpack(newRecords))
  redis.call('HSET', index, unpack(indexed))
end
for state, count in pairs(states) do
  redis.call('HINCRBY', counts, state, count)
end
return 'taken'
