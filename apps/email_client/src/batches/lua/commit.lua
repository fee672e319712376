#!lua flags=allow-oom
-- Writes the transitions of one tick, of any number of batches: each email's record and its report, together and behind
-- the fence of its batch. A transition that begins an attempt is refused unless the campaign runs: this is what makes
-- pause and cancel exact. One of an email that must not be mailed any more is refused too. A transition is written onto
-- the record it was made from and no other. One that stands there already, or has been acknowledged and forgotten
-- since, came by a connection that broke before it answered: it is not written twice. Memory does not stop it: what was
-- begun has to end, and what ends makes room.
-- Before it is known whether a Redis that was restarted still has everything, nothing is written; nor when something is
-- missing that the writer has written before.
-- KEYS: outbox, counts, continuity, mark of the writer, suppressed, then of each batch: head, recipients, records, control
-- ARGV: number of this write (0: not numbered), highest number that was acknowledged to the writer, seconds to keep them,
--       then of each batch: batch, campaign, fence, number of transitions, then of each transition:
--       id, 'start' or 'settle' or 'proceed', state before, state after, record before, record after, report
-- Answers, for each batch: 'stale', or its control, the ids of the refused starts, the ids of emails whose record is not
-- the one expected (Redis was set back), and the ids of the starts that were refused because of the recipient.
local opened = redis.call('HGET', KEYS[3], 'run')
if opened and opened ~= string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') then
  return redis.error_reply('RESTARTED and whether Redis has lost anything is not known yet')
end
local mark = tonumber(redis.call('GET', KEYS[4]) or '0')
if tonumber(ARGV[2]) > mark then
  return redis.error_reply('UNOPENED Redis has lost something that it had acknowledged')
end
if tonumber(ARGV[1]) > mark then
  redis.call('SET', KEYS[4], ARGV[1], 'EX', ARGV[3])
end

local answers, reports, ends, counts = {}, {}, {}, {}
local key, arg, width = 6, 4, 7
local anySuppressed = redis.call('EXISTS', KEYS[5]) == 1

-- How an email stands in the set of those that must not be attempted.
local function member(id, record)
  return id .. ' ' .. string.match(record, '"run":(%d+)')
end

local function write(batch, campaign, transitions)
  local recipients, records = KEYS[key + 1], KEYS[key + 2]
  local control = redis.call('GET', KEYS[key + 3]) or 'running'
  local refused, conflicts, changed, settled, suppressed = {}, {}, {}, {}, {}
  local ids = {}
  for n = 1, transitions do
    ids[n] = ARGV[arg + (n - 1) * width]
  end
  local standing = transitions > 0 and redis.call('HMGET', records, unpack(ids))
  for n, id in ipairs(ids) do
    local i = arg + (n - 1) * width
    local kind, before, after, record = ARGV[i + 1], ARGV[i + 4], ARGV[i + 3], ARGV[i + 5]
    local stands = standing[n]
    if stands == before then
      if kind == 'start' and control ~= 'running' then
        refused[#refused + 1] = id
      elseif kind == 'start' and anySuppressed and redis.call('ZSCORE', KEYS[5], member(id, record)) then
        suppressed[#suppressed + 1] = id
      else
        changed[#changed + 1] = id
        changed[#changed + 1] = record
        reports[#reports + 1] = ARGV[i + 6]
        counts[ARGV[i + 2]] = (counts[ARGV[i + 2]] or 0) - 1
        counts[after] = (counts[after] or 0) + 1
        if kind == 'settle' then
          settled[#settled + 1] = id
          if anySuppressed then
            redis.call('ZREM', KEYS[5], member(id, record))
          end
        end
      end
    elseif stands ~= record and (stands or kind ~= 'settle') then
      conflicts[#conflicts + 1] = id
    end
  end
  if #changed > 0 then
    redis.call('HSET', records, unpack(changed))
  end
  if #settled > 0 then
    redis.call('HDEL', recipients, unpack(settled))
    ends[#ends + 1] = { batch, campaign, settled }
  end
  return { control, refused, conflicts, suppressed }
end

while arg <= #ARGV do
  local batch, campaign, fence, transitions = ARGV[arg], ARGV[arg + 1], ARGV[arg + 2], tonumber(ARGV[arg + 3])
  arg = arg + 4
  if redis.call('HGET', KEYS[key], 'fence') == fence then
    answers[#answers + 1] = write(batch, campaign, transitions)
  else
    answers[#answers + 1] = 'stale'
  end
  arg = arg + transitions * width
  key = key + 4
end

if #reports > 0 then
  redis.call('XADD', KEYS[1], '*', 'count', #reports, 'reports', '[' .. table.concat(reports, ',') .. ']', 'ends', cjson.encode(ends))
  redis.call('HINCRBY', KEYS[2], 'outbox', #reports)
  for state, change in pairs(counts) do
    if change ~= 0 then
      redis.call('HINCRBY', KEYS[2], state, change)
    end
  end
end
return answers
