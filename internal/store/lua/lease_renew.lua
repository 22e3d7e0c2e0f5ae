-- Makes a lease last longer, if it is still its owner's.
-- KEYS[1]  the lease
-- ARGV     owner, time to live (ms)
-- answers  ok | lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'lost'}
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'ok'}
