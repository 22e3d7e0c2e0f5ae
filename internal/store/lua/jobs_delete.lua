-- Forgets jobs that have ended: all of those named, or none. That they were there is remembered for a while, or for ever.
-- ARGV     channel, uid, now (ms), number of jobs, and for each: id, until when it is remembered (ms), number of constant indexes, their names
-- answers  ok | active, id | missing, id | wrong, key, type, type wanted
local channel, uid, now = arg(), arg(), arg()
expect('zset', tombs)
expect('hash', base .. 'natives')
local jobs = {}
for i = 1, number() do
  local j = {id = arg(), remember = arg(), indexes = {}}
  for n = 1, number() do
    j.indexes[n] = base .. arg()
    expect('zset', j.indexes[n])
  end
  local old = fields(base .. 'job:' .. j.id, 'state', 'user', 'native', 'member', 'ended')
  if wrong then return wrong end
  if not old[1] then return {'missing', j.id} end
  if not terminal[old[1]] then return {'active', j.id} end
  j.state, j.user, j.native, j.member, j.ended = old[1], old[2], old[3], old[4], old[5]
  expect_indexes(j.state, j.user)
  jobs[i] = j
end
if wrong then return wrong end

-- A few at a time: of a great clearing out a month ago all would come at once.
for _, tomb in ipairs(redis.call('ZRANGEBYSCORE', tombs, '-inf', now, 'LIMIT', 0, 100 + 2 * #jobs)) do redis.call('ZREM', tombs, tomb) end
for _, j in ipairs(jobs) do
  for _, index in ipairs(j.indexes) do redis.call('ZREM', index, j.member) end
  leave(j.state, j.user, j.member)
  redis.call('ZREM', base .. 'ix:ended', j.ended)
  if j.native ~= '' and redis.call('HGET', base .. 'natives', j.native) == j.id then
    redis.call('HDEL', base .. 'natives', j.native)
  end
  for _, kind in ipairs({'job:', 'spec:', 'tasks:', 'detail:'}) do redis.call('DEL', base .. kind .. j.id) end
  redis.call('ZADD', tombs, j.remember, string.sub(j.member, 11))
end
redis.call('PUBLISH', channel, uid)
return {'ok'}
