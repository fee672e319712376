#!lua flags=allow-oom
-- Forgets reporters that died with nothing in hand, so that restarts leave nothing behind. Looking and forgetting are one
-- step: a reporter that had been frozen and reads now would lose what it was given.
-- KEYS: outbox
-- ARGV: group, milliseconds without a sign of life
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local about = {}
  for i = 1, #consumer, 2 do
    about[consumer[i]] = consumer[i + 1]
  end
  if about.pending == 0 and about.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], about.name)
  end
end
return 0
