-- Moves one letter of a hook: done (away), wait (again, later), dead (given up), again (told anew), drop (away, of those given up).
-- answers  ok | missing | fence | wrong, key, type, type wanted
local channel, uid, hook, fence, what, id, at, letter = arg(), arg(), arg(), number(), arg(), arg(), arg(), arg()
if fence ~= 0 and fence ~= tonumber(redis.call('HGET', meta, 'fence:hook:' .. hook) or '0') then
  return {'fence'}
end
local letters, due, dead, buried = base .. 'letters:' .. hook, base .. 'due:' .. hook, base .. 'dead:' .. hook, base .. 'buried:' .. hook
expect('hash', letters)
expect('zset', due)
expect('hash', dead)
expect('zset', buried)
if wrong then return wrong end

if what == 'again' or what == 'drop' then
  if redis.call('HEXISTS', dead, id) == 0 then
    -- An earlier try of this very call, whose answer was lost, may have moved it.
    if what == 'again' and redis.call('HEXISTS', letters, id) == 1 then return {'ok'} end
    return {'missing'}
  end
  redis.call('HDEL', dead, id)
  redis.call('ZREM', buried, id)
  if what == 'again' then
    redis.call('HSET', letters, id, letter)
    redis.call('ZADD', due, at, id)
    redis.call('PUBLISH', channel, uid)
  end
  return {'ok'}
end

if redis.call('HEXISTS', letters, id) == 0 then return {'ok'} end
if what == 'wait' then
  redis.call('HSET', letters, id, letter)
  redis.call('ZADD', due, at, id)
  return {'ok'}
end
redis.call('HDEL', letters, id)
redis.call('ZREM', due, id)
if what == 'dead' then
  redis.call('HSET', dead, id, letter)
  redis.call('ZADD', buried, 0, id)
end
return {'ok'}
