-- Forgets jobs that have ended: all of those named, or none.
-- KEYS[1]  oceanid:{uid}: the beginning of the names of all keys touched here
-- ARGV     channel, uid, number of jobs, and for each: id, member in the indexes, number of constant indexes, their names
-- answers  ok | active, id | missing, id
local base = KEYS[1]
local at = 0
local function arg() at = at + 1; return ARGV[at] end

local terminal = {succeeded = true, failed = true, cancelled = true, lost = true}
local channel, uid = arg(), arg()
local jobs = {}
for i = 1, tonumber(arg()) do
  local job = {id = arg(), member = arg(), indexes = {}}
  for n = 1, tonumber(arg()) do job.indexes[n] = arg() end
  local now = redis.call('HMGET', base .. 'job:' .. job.id, 'state', 'user', 'native')
  if not now[1] then return {'missing', job.id} end
  if not terminal[now[1]] then return {'active', job.id} end
  job.state, job.user, job.native = now[1], now[2], now[3]
  jobs[i] = job
end

for _, job in ipairs(jobs) do
  for _, index in ipairs(job.indexes) do redis.call('ZREM', base .. index, job.member) end
  redis.call('ZREM', base .. 'ix:s:' .. job.state, job.member)
  if job.user ~= '' then redis.call('ZREM', base .. 'ix:su:' .. job.state .. ':' .. job.user, job.member) end
  if job.native ~= '' and redis.call('HGET', base .. 'natives', job.native) == job.id then
    redis.call('HDEL', base .. 'natives', job.native)
  end
  for _, kind in ipairs({'job:', 'spec:', 'tasks:', 'detail:'}) do redis.call('DEL', base .. kind .. job.id) end
end
redis.call('PUBLISH', channel, uid)
return {'ok'}
