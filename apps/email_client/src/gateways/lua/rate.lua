#!lua flags=allow-oom
-- Generic cell rate algorithm (the leaky bucket of ITU-T I.371) on Redis's own clock, so that workers' clocks do not
-- matter. A key holds the theoretical arrival time of the next attempt in microseconds. An attempt takes its turn by the
-- rate of the gateway and by that of one domain, of both or of neither: that of the gateway is reserved up to a horizon
-- ahead, that of a domain must have come by then, so that nobody waits for a domain's while another could go.
-- KEYS: rate of the gateway, then rates of the domains that could be sent to next
-- ARGV: microseconds of burst, microseconds of horizon, then for each key microseconds between attempts (0: no rate)
-- Answers how long to wait and which domain's turn it is (0: none, and unless no domain was asked for nothing is
-- reserved), then for each domain before that one how long it would have to wait.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local burst, horizon = tonumber(ARGV[1]), tonumber(ARGV[2])

local function arrivalOf(index, at, ahead)
  local interval = tonumber(ARGV[index + 2])
  if interval == 0 then
    return at
  end
  -- A clock that was set back leaves an arrival in the future that nobody reserved.
  local arrival = tonumber(redis.call('GET', KEYS[index]) or '0')
  return math.min(math.max(arrival, at), at + burst + ahead + interval)
end

local function take(index, arrival)
  local interval = tonumber(ARGV[index + 2])
  if interval > 0 then
    local following = arrival + interval
    redis.call('SET', KEYS[index], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000))
  end
end

local arrival = arrivalOf(1, now, horizon)
local wait = math.max(0, math.ceil(arrival - now - burst))
if wait > horizon then
  return { wait, 0 }
end
if #KEYS == 1 then
  take(1, arrival)
  return { wait, 0 }
end
local answer = { wait, 0 }
for index = 2, #KEYS do
  local ofDomain = arrivalOf(index, now + wait, 0)
  local late = math.ceil(ofDomain - now - wait - burst)
  if late <= 0 then
    take(1, arrival)
    take(index, ofDomain)
    answer[2] = index - 1
    return answer
  end
  answer[#answer + 1] = wait + late
end
return answer
