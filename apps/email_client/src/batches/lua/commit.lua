-- Writes the transitions of one tick: each email's record and its report, together and behind the fence.
-- A transition that begins an attempt is refused unless the campaign runs: this is what makes pause and cancel exact.
-- A transition that stands there already came by a connection that broke before it answered: it is not written twice.
-- KEYS: head, recipients, records, outbox, counts, control
-- ARGV: fence, batch, campaign, then for each transition: id, 'start' or 'settle' or 'go', state before, state after, record, report
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 'stale'
end
local control = redis.call('GET', KEYS[6]) or 'running'
local records, settled, reports, counts, refused = {}, {}, {}, {}, {}
for i = 4, #ARGV, 6 do
  local id, kind, record = ARGV[i], ARGV[i + 1], ARGV[i + 4]
  if redis.call('HGET', KEYS[3], id) ~= record then
    if kind == 'start' and control ~= 'running' then
      refused[#refused + 1] = id
    else
      local before, after = ARGV[i + 2], ARGV[i + 3]
      records[#records + 1] = id
      records[#records + 1] = record
      reports[#reports + 1] = ARGV[i + 5]
      counts[before] = (counts[before] or 0) - 1
      counts[after] = (counts[after] or 0) + 1
      if kind == 'settle' then
        settled[#settled + 1] = id
      end
    end
  end
end
if #reports > 0 then
  redis.call('HSET', KEYS[3], unpack(records))
  redis.call('XADD', KEYS[4], '*', 'batch', ARGV[2], 'campaign', ARGV[3], 'reports', '[' .. table.concat(reports, ',') .. ']')
  redis.call('HINCRBY', KEYS[5], 'outbox', #reports)
  for state, change in pairs(counts) do
    if change ~= 0 then
      redis.call('HINCRBY', KEYS[5], state, change)
    end
  end
  if #settled > 0 then
    redis.call('HDEL', KEYS[2], unpack(settled))
  end
end
return { control, refused }
