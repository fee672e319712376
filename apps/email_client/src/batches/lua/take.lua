#!lua
-- Writes a batch down, whole or not at all. Out of memory it is refused before anything is written.
-- One that was dropped is not taken as if nobody had had it: whoever hands it over may never have heard that it was taken.
-- KEYS: head, recipients, records, index, campaign, counts, continuity, dropped
-- ARGV: batch, campaign, content, gateway, limit, 'again' if the batch was lost, then id, recipient, record and state of
--       each email
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
if ARGV[6] ~= 'again' and redis.call('EXISTS', KEYS[8]) == 1 then
  return 'dropped'
end
local emails = (#ARGV - 6) / 4
if redis.call('HLEN', KEYS[4]) + emails > tonumber(ARGV[5]) then
  return 'full'
end
-- In an empty journal it begins an era: nothing that is missing was missed by this batch.
if redis.call('EXISTS', KEYS[4]) == 0 and redis.call('EXISTS', KEYS[7]) == 0 then
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  redis.call('HSET', KEYS[7], 'run', run, 'era', ARGV[1], 'fresh', '1')
end
-- A worker may still hold a claim on what was lost: the fence begins above any number that one can have.
local fence = ARGV[6] == 'again' and redis.call('TIME')[1] or 0
redis.call('HSET', KEYS[1], 'campaign', ARGV[2], 'content', ARGV[3], 'gateway', ARGV[4], 'fence', fence)
redis.call('SADD', KEYS[5], ARGV[1])
for i = 7, #ARGV, 4 do
  local id = ARGV[i]
  -- An email that is named twice is one email.
  if redis.call('HSETNX', KEYS[3], id, ARGV[i + 2]) == 1 then
    redis.call('HSET', KEYS[2], id, ARGV[i + 1])
    redis.call('HSET', KEYS[4], id, ARGV[1])
    redis.call('HINCRBY', KEYS[6], ARGV[i + 3], 1)
  end
end
return 'taken'
