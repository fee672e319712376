#!lua flags=allow-oom
-- Generic cell rate algorithm (the leaky bucket of ITU-T I.371) on Redis's own clock, so that workers' clocks do not
-- matter. The key holds the theoretical arrival time of the next attempt in microseconds. Answers how long to wait; an
-- attempt that would have to wait longer than the horizon is not reserved.
-- KEYS: rate
-- ARGV: microseconds between attempts, microseconds of burst, microseconds of horizon
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, burst, horizon = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
-- A clock that was set back leaves an arrival in the future that nobody reserved.
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
arrival = math.min(math.max(arrival, now), now + burst + horizon + interval)
local wait = math.max(0, math.ceil(arrival - now - burst))
if wait <= horizon then
  local following = arrival + interval
  redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000))
end
return wait
