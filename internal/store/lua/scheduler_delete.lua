-- Forgets a scheduler and notes that its jobs are still to be forgotten.
-- KEYS[1]  oceanid:{schedulers}: the beginning of the names of all keys touched here
-- ARGV     channel, uid, expected revision (0: any)
-- answers  ok | missing | stale, revision
local base = KEYS[1]
local channel, uid, expect = unpack(ARGV)
local record = base .. 's:' .. uid

local old = redis.call('HMGET', record, 'name', 'type', 'rev')
if not old[1] then
  -- The answer to an earlier try may have been lost; then its jobs wait to be forgotten.
  if redis.call('SISMEMBER', base .. 'graves', uid) == 1 then
    return {'ok'}
  end
  return {'missing'}
end
if tonumber(expect) ~= 0 and tonumber(expect) ~= tonumber(old[3]) then
  return {'stale', old[3]}
end
redis.call('HDEL', base .. 'names', old[1])
redis.call('ZREM', base .. 'order', old[1])
redis.call('ZREM', base .. 'order:' .. old[2], old[1])
redis.call('DEL', record)
redis.call('SADD', base .. 'graves', uid)
redis.call('PUBLISH', channel, uid)
return {'ok'}
