#!lua flags=allow-oom
-- Signs a reporter off. Signing off for good would lose what it has in hand, so then that is made to look as old as
-- anything can be, and whoever looks next for what was abandoned takes it.
-- KEYS: outbox
-- ARGV: group, consumer
local inHand = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[2])
for _, pending in ipairs(inHand) do
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, pending[1], 'IDLE', 86400000, 'JUSTID')
end
if #inHand == 0 then
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
return 0
