-- Writes everything that changes at once about the jobs of one scheduler: records, states of tasks, indexes, events, the driver's cursor.
-- answers  ok, ids of the jobs whose change was skipped … | fence | wrong, key, type, type wanted
local channel, uid, nonce, kept, now = arg(), arg(), arg(), arg(), arg()
local fence, has_cursor, cursor = number(), arg() == '1', arg()

-- Nothing may be written before everything that refuses the whole batch was asked.
if fence ~= 0 and fence ~= tonumber(redis.call('HGET', meta, 'fence') or '0') then
  return {'fence'}
end
expect('stream', events)
expect('hash', base .. 'natives')
expect('hash', usage)

local changes = {}
for i = 1, number() do
  local c = {id = arg(), expect = number(), state = arg(), native = arg(), run = number(), status = arg(), event = arg(), whole = arg(), whole_detail = arg()}
  c.runs, c.details = {}, {}
  for n = 1, number() do c.runs[n] = {arg(), number(), arg()} end
  for n = 1, number() do c.details[n] = {arg(), arg()} end
  c.job, c.tasks, c.detail = base .. 'job:' .. c.id, base .. 'tasks:' .. c.id, base .. 'detail:' .. c.id
  -- Where all tasks change at once the others' states and details are deleted, whatever they are.
  if c.whole == '' and #c.runs > 0 then expect('string', c.tasks) end
  if c.whole == '' and #c.details > 0 then expect('hash', c.detail) end
  local old = fields(c.job, 'rev', 'by', 'state', 'user', 'native', 'member', 'run', 'tasks')
  if wrong then return wrong end
  c.old = {rev = tonumber(old[1] or '0'), by = old[2], state = old[3], user = old[4], native = old[5], member = old[6], run = tonumber(old[7] or '0'), tasks = old[8]}
  if c.old.state then
    expect_indexes(c.old.state, c.old.user)
    expect_indexes(c.state, c.old.user)
  end
  changes[i] = c
end
if wrong then return wrong end

local answer = {'ok'}
local written = false

-- name keeps the pool's identifier of the job, which a run keeps once it has one. That of an earlier run leads to the job no more: news of it is old.
local function name(c)
  local old = c.old.native
  if c.native == '' and c.run == c.old.run then return old end
  if c.native ~= old then
    if old ~= '' and redis.call('HGET', base .. 'natives', old) == c.id then redis.call('HDEL', base .. 'natives', old) end
    if c.native ~= '' then redis.call('HSET', base .. 'natives', c.native, c.id) end
  end
  return c.native
end

for _, c in ipairs(changes) do
  local old = c.old
  if old.rev == c.expect + 1 and old.by == nonce then
    -- Done by an earlier try of this very call, whose answer was lost.
  elseif old.rev ~= c.expect or old.rev == 0 or (terminal[old.state] and old.state ~= c.state) then
    answer[#answer + 1] = c.id
  else
    written = true
    redis.call('HSET', c.job, 'rev', old.rev + 1, 'by', nonce, 'state', c.state, 'native', name(c), 'run', c.run, 'status', c.status)
    if c.state ~= old.state then
      leave(old.state, old.user, old.member)
      enter(c.job, c.state, old.user, old.member, now)
      if terminal[c.state] then count(old.user, -1, -tonumber(old.tasks)) end
    end
    if c.whole ~= '' then
      redis.call('DEL', c.tasks, c.detail)
      redis.call('HSET', c.job, 'base', c.whole, 'base_detail', c.whole_detail)
    end
    for _, run in ipairs(c.runs) do
      redis.call('SETRANGE', c.tasks, run[1], string.rep(run[3], run[2]))
    end
    for _, detail in ipairs(c.details) do
      if detail[2] == '' then
        redis.call('HDEL', c.detail, detail[1])
      else
        redis.call('HSET', c.detail, detail[1], detail[2])
      end
    end
    tell(c.event, kept)
  end
end

tally()
-- A cursor vouches for everything before it: while a change is to be thought out again it stays where it was.
if has_cursor and #answer == 1 then redis.call('HSET', meta, 'cursor', cursor) end
if written then redis.call('PUBLISH', channel, uid) end
return answer
