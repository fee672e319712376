-- Generic cell rate algorithm (the leaky bucket of ITU-T I.371) on Redis's own clock, so that workers' clocks do not
-- matter. The key holds the theoretical arrival time of the next attempt in microseconds. Answers how long to wait.
-- KEYS: rate
-- ARGV: microseconds between attempts, microseconds of burst
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
redis.call('SET', KEYS[1], string.format('%.0f', arrival + interval), 'PX', math.ceil((arrival + interval - now) / 1000) + 1000)
return math.max(0, math.floor(arrival - now - burst))
