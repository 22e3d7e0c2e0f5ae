-- Keeps a new scheduler, if nobody has its name.
-- KEYS[1]  oceanid:{schedulers}: the beginning of the names of all keys touched here
-- ARGV     channel, uid, name, type, data, now (ms), nonce of this call
-- answers  ok | exists | used
local base = KEYS[1]
local channel, uid, name, kind, data, now, nonce = unpack(ARGV)
local record = base .. 's:' .. uid

local holder = redis.call('HGET', base .. 'names', name)
if holder then
  -- The answer to an earlier try of this very call was lost.
  if holder == uid and redis.call('HGET', record, 'by') == nonce then
    return {'ok'}
  end
  return {'exists'}
end
if redis.call('SADD', base .. 'uids', uid) == 0 then
  return {'used'}
end
redis.call('HSET', base .. 'names', name, uid)
redis.call('ZADD', base .. 'order', 0, name)
redis.call('ZADD', base .. 'order:' .. kind, 0, name)
redis.call('HSET', record, 'name', name, 'type', kind, 'data', data, 'rev', 1, 'created', now, 'updated', now, 'by', nonce)
redis.call('PUBLISH', channel, uid)
return {'ok'}
