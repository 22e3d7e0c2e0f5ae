-- Writes down how a pool answers.
-- answers  ok | fence | wrong, key, type, type wanted
local channel, uid, fence = arg(), arg(), number()
if fence ~= 0 and fence ~= tonumber(redis.call('HGET', meta, 'fence') or '0') then
  return {'fence'}
end
local heard, silent, silence = arg(), arg(), arg()
local before = redis.call('HMGET', meta, 'silent', 'silence')
redis.call('HSET', meta, 'heard', heard, 'silent', silent, 'silence', silence)
if before[1] ~= silent or before[2] ~= silence then redis.call('PUBLISH', channel, uid) end
return {'ok'}
