-- Replaces the record of a scheduler, if it still has the revision that the caller knows.
-- KEYS[1]  oceanid:{schedulers}: the beginning of the names of all keys touched here
-- ARGV     channel, uid, expected revision, name, type, data, now (ms), nonce of this call
-- answers  ok, created (ms) | missing | stale, revision | exists | type, type
local base = KEYS[1]
local channel, uid, expect, name, kind, data, now, nonce = unpack(ARGV)
local record = base .. 's:' .. uid

local old = redis.call('HMGET', record, 'name', 'type', 'rev', 'by', 'created')
if not old[1] then
  return {'missing'}
end
local rev = tonumber(old[3])
if rev ~= tonumber(expect) then
  -- The answer to an earlier try of this very call was lost.
  if rev == tonumber(expect) + 1 and old[4] == nonce then
    return {'ok', old[5]}
  end
  return {'stale', old[3]}
end
if old[2] ~= kind then
  return {'type', old[2]}
end
if old[1] ~= name then
  if redis.call('HEXISTS', base .. 'names', name) == 1 then
    return {'exists'}
  end
  redis.call('HDEL', base .. 'names', old[1])
  redis.call('HSET', base .. 'names', name, uid)
  for _, order in ipairs({base .. 'order', base .. 'order:' .. kind}) do
    redis.call('ZREM', order, old[1])
    redis.call('ZADD', order, 0, name)
  end
end
redis.call('HSET', record, 'name', name, 'data', data, 'rev', rev + 1, 'updated', now, 'by', nonce)
redis.call('PUBLISH', channel, uid)
return {'ok', old[5]}
