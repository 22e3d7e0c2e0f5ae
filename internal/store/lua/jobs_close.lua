-- Lets no new jobs in, if none is active, so that their scheduler can be deleted.
-- KEYS[1]  oceanid:{uid}: the beginning of the names of all keys touched here
-- answers  ok | active, how many
local base = KEYS[1]
local active = redis.call('ZCARD', base .. 'ix:active')
if active > 0 then
  return {'active', tostring(active)}
end
redis.call('HSET', base .. 'meta', 'closed', 1)
return {'ok'}
