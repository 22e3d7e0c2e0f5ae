-- Notes up to where a hook has been told, and what of it is to be told again.
-- answers  ok | fence | wrong, key, type, type wanted
local hook, fence, cursor = arg(), number(), arg()
if fence ~= 0 and fence ~= tonumber(redis.call('HGET', meta, 'fence:hook:' .. hook) or '0') then
  return {'fence'}
end
local letters, due = base .. 'letters:' .. hook, base .. 'due:' .. hook
expect('hash', base .. 'hooks')
expect('hash', letters)
expect('zset', due)
if wrong then return wrong end

redis.call('HSET', base .. 'hooks', hook, cursor)
for _ = 1, number() do
  local id, at = arg(), arg()
  redis.call('HSET', letters, id, arg())
  redis.call('ZADD', due, at, id)
end
return {'ok'}
