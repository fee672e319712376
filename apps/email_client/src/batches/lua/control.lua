#!lua
-- Sets what a campaign may do. A cancelled one stays so: an order from before may come late, out of a process that was
-- frozen or a link that was held up, and would let it send again.
-- KEYS: control
-- ARGV: state, seconds to keep it
if redis.call('GET', KEYS[1]) ~= 'cancelled' then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
return 0
