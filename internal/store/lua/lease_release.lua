-- Gives a lease back, if it is still its owner's.
-- KEYS[1]  the lease
-- ARGV     owner
-- answers  ok | lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'lost'}
end
redis.call('DEL', KEYS[1])
return {'ok'}
