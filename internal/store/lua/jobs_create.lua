-- Keeps new jobs, each of them unless its identifier is in use or a quota is full.
-- answers  ok, and for each: made | existing | other | deleted | jobs:QUOTA:USED | tasks:QUOTA:USED; closed | wrong, key, type, type wanted
local channel, uid, nonce, kept, now = arg(), arg(), arg(), arg(), arg()
if redis.call('HEXISTS', meta, 'closed') == 1 then
  return {'closed'}
end
expect('stream', events)
expect('hash', base .. 'natives')
expect('hash', usage)
expect('zset', tombs)

local jobs = {}
for i = 1, number() do
  local j = {id = arg(), member = arg(), user = arg(), state = arg(), native = arg(), run = arg(), created = arg(), tasks = arg(), code = arg()}
  j.digest, j.head, j.spec, j.status, j.event = arg(), arg(), arg(), arg(), arg()
  j.indexes, j.quotas = {}, {}
  for n = 1, number() do
    j.indexes[n] = base .. arg()
    expect('zset', j.indexes[n])
  end
  for n = 1, number() do j.quotas[n] = {of = arg(), jobs = number(), tasks = number()} end
  j.job = base .. 'job:' .. j.id
  j.old = fields(j.job, 'made', 'digest')
  expect_indexes(j.state, j.user)
  jobs[i] = j
end
if wrong then return wrong end

local function used(field) return tonumber(redis.call('HGET', usage, field) or '0') + (counted[field] or 0) end

-- full names the first quota that has no room for a job.
local function full(j)
  for n, q in ipairs(j.quotas) do
    local have = used('j:' .. q.of)
    if q.jobs > 0 and have + 1 > q.jobs then return string.format('jobs:%d:%d', n, have) end
    have = used('t:' .. q.of)
    if q.tasks > 0 and have + tonumber(j.tasks) > q.tasks then return string.format('tasks:%d:%d', n, have) end
  end
end

local answer = {'ok'}
local written = false
local here = {} -- digests of those made before in this very call

for _, j in ipairs(jobs) do
  local made, digest = j.old[1], here[j.id] or j.old[2]
  local word
  if made == nonce and not here[j.id] then
    word = 'made' -- by an earlier try of this very call, whose answer was lost
  elseif made or here[j.id] then
    -- Of a job that was found at its pool nobody may know what was asked for.
    local same = digest == j.digest or digest == '' or j.digest == ''
    word = same and 'existing' or 'other'
  elseif redis.call('ZSCORE', tombs, string.sub(j.member, 11)) then
    word = 'deleted'
  else
    word = full(j) or 'made'
    if word == 'made' then
      written = true
      redis.call('HSET', j.job, 'rev', 1, 'made', nonce, 'member', j.member, 'user', j.user, 'state', j.state, 'native', j.native, 'run', j.run,
        'created', j.created, 'tasks', j.tasks, 'base', j.code, 'digest', j.digest, 'head', j.head, 'status', j.status)
      redis.call('SET', base .. 'spec:' .. j.id, j.spec)
      if j.native ~= '' then redis.call('HSET', base .. 'natives', j.native, j.id) end
      for _, index in ipairs(j.indexes) do redis.call('ZADD', index, 0, j.member) end
      enter(j.job, j.state, j.user, j.member, now)
      if not terminal[j.state] then count(j.user, 1, tonumber(j.tasks)) end
      tell(j.event, kept)
    end
  end
  if word == 'made' then here[j.id] = j.digest end
  answer[#answer + 1] = word
end
tally()
if written then redis.call('PUBLISH', channel, uid) end
return answer
