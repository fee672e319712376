#!lua flags=allow-oom
-- Makes sure that Redis still has what it acknowledged. After a restart or failover the shard stays closed until every
-- process that was alive has said whether a write of its own is missing, or has had time to. If one is, nobody can tell
-- which emails were attempted since, so the live batches are dropped: web misses them and hands them over again as what was
-- lost. Reports that wait for web are facts and stay, and so do the records of emails whose end is among them: web still
-- takes those for open, and hands them over with the rest. The word that a campaign is cancelled stays too.
-- KEYS: continuity, mark of the process, index, counts, alive, awaited, lost
-- ARGV: highest number that was acknowledged to the process, number of this beat, era that the process knows, name of an era
--       to begin, milliseconds of hearing, name of the shard, seconds to keep the mark, name of the process
-- Answers 'open', 'hearing' or 'lost', the era and Redis's time in milliseconds.
local continuity, mark, index, counts, alive, awaited, lost = unpack(KEYS)
local acknowledged, number, knownEra, newEra, hearing, shard, kept, me = unpack(ARGV)
local QUIET_MS = 2000
-- For who brings such a batch as a new one, having been frozen on the way. Of what comes again, see take.lua.
local DROPPED_S = 3600
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')

local SETTLED = { sent = true, failed = true, skipped = true, cancelled = true, uncertain = true }

local function dropOpen(batch)
  local records = shard .. ':records:' .. batch
  local standing = redis.call('HGETALL', records)
  for i = 1, #standing, 2 do
    local id, state = standing[i], string.match(standing[i + 1], '"state":"(%a+)"')
    if not SETTLED[state] then
      redis.call('HINCRBY', counts, state, -1)
      redis.call('HDEL', records, id)
      redis.call('HDEL', index, id)
    end
  end
end

-- Of what this Redis does not know of, nothing else can be remembered: see take.lua. It holds for as long as Redis does, for
-- nobody knows how long a web is away.
local function rememberLoss()
  redis.call('SET', lost, now)
end

local function drop()
  rememberLoss()
  local batches = {}
  for _, batch in ipairs(redis.call('HVALS', index)) do
    batches[batch] = true
  end
  for batch in pairs(batches) do
    local head = shard .. ':batch:' .. batch
    local campaign = redis.call('HGET', head, 'campaign')
    if campaign then
      redis.call('DEL', shard .. ':campaign:' .. campaign)
    end
    dropOpen(batch)
    redis.call('DEL', head, shard .. ':recipients:' .. batch)
    -- That an attempt was refused says nothing of a later one, which may have been made in what is missing.
    redis.call('DEL', shard .. ':testimony:' .. batch)
    redis.call('SET', shard .. ':dropped:' .. batch, 1, 'EX', DROPPED_S)
  end
  -- SCAN, because many installations disable KEYS.
  local cursor = '0'
  repeat
    local found = redis.call('SCAN', cursor, 'MATCH', shard .. ':control:*', 'COUNT', 1000)
    cursor = found[1]
    for _, control in ipairs(found[2]) do
      if redis.call('GET', control) ~= 'cancelled' then
        redis.call('DEL', control)
      end
    end
  until cursor == '0'
end

-- Who was alive when Redis died, by its own last word of it.
local function await()
  redis.call('DEL', awaited)
  local last = redis.call('ZRANGE', alive, -1, -1, 'WITHSCORES')[2]
  if last then
    redis.call('SADD', awaited, unpack(redis.call('ZRANGEBYSCORE', alive, last - QUIET_MS, '+inf')))
  end
end

-- `fresh`: nothing in this era is older than it.
local function open(fresh)
  redis.call('DEL', continuity, awaited)
  redis.call('HSET', continuity, 'run', run, 'era', newEra, 'fresh', fresh)
end

-- The life of Redis that the shard is open in, its era, and whether that was fresh; the life that processes are heard about, since
-- when, and whether one of them misses something.
local openIn, era, isFresh, heardAbout, since, isMissed =
  unpack(redis.call('HMGET', continuity, 'run', 'era', 'fresh', 'hearing', 'since', 'missing'))
local missing = tonumber(acknowledged) > tonumber(redis.call('GET', mark) or '0')
local answer = 'open'

if openIn == run then
  if missing and isFresh == '1' and era ~= knownEra then
    -- What it misses of an era before a fresh one was dropped with all the rest of it, or went with a Redis that was emptied.
    rememberLoss()
  elseif missing then
    drop()
    open('1')
    answer = 'lost'
  end
elseif redis.call('EXISTS', index) == 0 then
  open('1')
  if missing then
    rememberLoss()
    answer = 'lost'
  end
else
  if heardAbout ~= run then
    redis.call('HSET', continuity, 'hearing', run, 'since', now, 'missing', 0)
    since, isMissed = now, '0'
    await()
  end
  redis.call('SREM', awaited, me)
  if missing then
    redis.call('HSET', continuity, 'missing', 1)
    isMissed = '1'
  end
  local patient = math.abs(now - tonumber(since)) < tonumber(hearing)
  if patient and redis.call('EXISTS', awaited) == 1 then
    answer = 'hearing'
  elseif isMissed == '1' then
    drop()
    open('1')
    answer = 'lost'
  else
    open('0')
  end
end

if tonumber(number) > tonumber(redis.call('GET', mark) or '0') then
  redis.call('SET', mark, number, 'EX', kept)
end
redis.call('ZADD', alive, now, me)
redis.call('ZREMRANGEBYSCORE', alive, '-inf', now - 5 * QUIET_MS)
return { answer, redis.call('HGET', continuity, 'era') or '', now }
