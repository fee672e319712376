#!lua
-- Sets what a campaign may do, unless a later order was heard: one from before may come late, out of a process that was frozen
-- or a link that was held up, and would have a paused campaign send. A cancelled one stays so whatever comes.
-- KEYS: control, order
-- ARGV: state, number of the order, seconds to keep both
-- Answers what stands then: the state and the number of its order.
local state, latest = redis.call('GET', KEYS[1]), tonumber(redis.call('GET', KEYS[2]) or '0')
local order = tonumber(ARGV[2])
if order < latest then
  return { state or 'running', latest }
end
if state ~= 'cancelled' then
  state = ARGV[1]
  redis.call('SET', KEYS[1], state, 'EX', ARGV[3])
end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return { state, order }
