-- Writes everything that changes at once about the jobs of one scheduler: records, states of tasks, indexes, events, the driver's cursor.
-- KEYS[1]  oceanid:{uid}: the beginning of the names of all keys touched here
-- ARGV     in the order in which it is read below
-- answers  ok, ids of the jobs whose change was skipped … | fence | closed
local base = KEYS[1]
local meta, events = base .. 'meta', base .. 'events'
local at = 0
local function arg() at = at + 1; return ARGV[at] end
local function number() return tonumber(arg()) end

local terminal = {succeeded = true, failed = true, cancelled = true, lost = true}
local channel, uid, nonce, fence, kept = arg(), arg(), arg(), number(), arg()
local has_cursor, cursor = arg() == '1', arg()

-- Nothing may be written before everything that refuses the whole batch was asked.
if fence ~= 0 and fence ~= tonumber(redis.call('HGET', meta, 'fence') or '0') then
  return {'fence'}
end
local creations = number()
if creations > 0 and redis.call('HEXISTS', meta, 'closed') == 1 then
  return {'closed'}
end

local answer = {'ok'}
local written = false

local function tell(event)
  if event ~= '' then
    local id = redis.call('HINCRBY', meta, 'seq', 1)
    redis.call('XADD', events, 'MAXLEN', '~', kept, string.format('%d-0', id), 'e', event)
  end
end

local function enter(state, user, member)
  redis.call('ZADD', base .. 'ix:s:' .. state, 0, member)
  if user ~= '' then redis.call('ZADD', base .. 'ix:su:' .. state .. ':' .. user, 0, member) end
  if not terminal[state] then redis.call('ZADD', base .. 'ix:active', 0, member) end
end

local function leave(state, user, member, now)
  redis.call('ZREM', base .. 'ix:s:' .. state, member)
  if user ~= '' then redis.call('ZREM', base .. 'ix:su:' .. state .. ':' .. user, member) end
  if terminal[now] then redis.call('ZREM', base .. 'ix:active', member) end
end

for _ = 1, creations do
  local id, member, user, state, native = arg(), arg(), arg(), arg(), arg()
  local created, tasks, code, head, spec, status, event = arg(), arg(), arg(), arg(), arg(), arg(), arg()
  local indexes = {}
  for n = 1, number() do indexes[n] = arg() end
  local job = base .. 'job:' .. id
  local by = redis.call('HGET', job, 'by')
  if by then
    -- An earlier try of this very call, whose answer was lost, made it; else the identifier is taken.
    if by ~= nonce then answer[#answer + 1] = id end
  else
    written = true
    redis.call('HSET', job, 'rev', 1, 'by', nonce, 'user', user, 'state', state, 'native', native,
      'created', created, 'tasks', tasks, 'base', code, 'head', head, 'status', status)
    redis.call('SET', base .. 'spec:' .. id, spec)
    if native ~= '' then redis.call('HSET', base .. 'natives', native, id) end
    for _, index in ipairs(indexes) do redis.call('ZADD', base .. index, 0, member) end
    enter(state, user, member)
    tell(event)
  end
end

for _ = 1, number() do
  local id, member, expect = arg(), arg(), number()
  local state, native, status, event = arg(), arg(), arg(), arg()
  local whole, whole_detail = arg(), arg()
  local runs, details = {}, {}
  for n = 1, number() do runs[n] = {arg(), number(), arg()} end
  for n = 1, number() do details[n] = {arg(), arg()} end

  local job = base .. 'job:' .. id
  local old = redis.call('HMGET', job, 'rev', 'by', 'state', 'user', 'native')
  local rev = tonumber(old[1] or '0')
  if rev == expect + 1 and old[2] == nonce then
    -- Done by an earlier try of this very call, whose answer was lost.
  elseif rev ~= expect or rev == 0 or (terminal[old[3]] and old[3] ~= state) then
    answer[#answer + 1] = id
  else
    written = true
    if native == '' then
      native = old[5]
    elseif native ~= old[5] then
      redis.call('HSET', base .. 'natives', native, id)
    end
    redis.call('HSET', job, 'rev', rev + 1, 'by', nonce, 'state', state, 'native', native, 'status', status)
    if state ~= old[3] then
      leave(old[3], old[4], member, state)
      enter(state, old[4], member)
    end
    if whole ~= '' then
      redis.call('DEL', base .. 'tasks:' .. id, base .. 'detail:' .. id)
      redis.call('HSET', job, 'base', whole, 'base_detail', whole_detail)
    end
    for _, run in ipairs(runs) do
      redis.call('SETRANGE', base .. 'tasks:' .. id, run[1], string.rep(run[3], run[2]))
    end
    for _, detail in ipairs(details) do
      if detail[2] == '' then
        redis.call('HDEL', base .. 'detail:' .. id, detail[1])
      else
        redis.call('HSET', base .. 'detail:' .. id, detail[1], detail[2])
      end
    end
    tell(event)
  end
end

-- A cursor vouches for everything before it: while a change is to be thought out again it stays where it was.
if has_cursor and #answer == 1 then redis.call('HSET', meta, 'cursor', cursor) end
if written then redis.call('PUBLISH', channel, uid) end
return answer
