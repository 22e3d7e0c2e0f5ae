-- What the scripts about the jobs of one scheduler have in common: it is put before each of them.
-- KEYS[1]  oceanid:{uid}: the beginning of the names of all keys touched here
-- ARGV     in the order in which it is read
local base = KEYS[1]
local meta, events, usage, tombs = base .. 'meta', base .. 'events', base .. 'usage', base .. 'tombs'
local at = 0
local function arg() at = at + 1; return ARGV[at] end
local function number() return tonumber(arg()) end

local terminal = {succeeded = true, failed = true, cancelled = true, lost = true}

-- A script that fails in its middle leaves what it has written. So everything that it may find in its way is asked about before it writes.
local wrong
local asked = {}
local function expect(kind, key)
  if asked[key] then return end
  asked[key] = true
  local is = redis.call('TYPE', key)
  is = is.ok or is
  if is ~= 'none' and is ~= kind then wrong = wrong or {'wrong', key, is, kind} end
end

expect('hash', meta)
if wrong then return wrong end

-- fields reads some of a hash, which is a way to ask as well; nil: something else is there.
local function fields(key, ...)
  local values = redis.pcall('HMGET', key, ...)
  if values.err then return expect('hash', key) end
  return values
end

local function expect_indexes(state, user)
  local both = state .. ':' .. user
  if asked[both] then return end
  asked[both] = true
  expect('zset', base .. 'ix:s:' .. state)
  expect('zset', base .. 'ix:active')
  expect('zset', base .. 'ix:ended')
  if user ~= '' then expect('zset', base .. 'ix:su:' .. state .. ':' .. user) end
end

local function tell(event, kept)
  if event ~= '' then
    local id = redis.call('HINCRBY', meta, 'seq', 1)
    redis.call('XADD', events, 'MAXLEN', '~', kept, string.format('%d-0', id), 'e', event)
  end
end

-- ended is the instant of now, which a job that has ended keeps as its place in the index of these.
local function enter(job, state, user, member, ended)
  redis.call('ZADD', base .. 'ix:s:' .. state, 0, member)
  if user ~= '' then redis.call('ZADD', base .. 'ix:su:' .. state .. ':' .. user, 0, member) end
  if terminal[state] then
    local place = ended .. string.sub(member, 11)
    redis.call('HSET', job, 'ended', place)
    redis.call('ZADD', base .. 'ix:ended', 0, place)
  else
    redis.call('ZADD', base .. 'ix:active', 0, member)
  end
end

local function leave(state, user, member)
  redis.call('ZREM', base .. 'ix:s:' .. state, member)
  if user ~= '' then redis.call('ZREM', base .. 'ix:su:' .. state .. ':' .. user, member) end
  redis.call('ZREM', base .. 'ix:active', member)
end

-- count adds jobs and tasks to what a user, and all together, have that has not ended. It is written by tally, once for all.
local counted, order = {}, {}
local function add(field, n)
  if not counted[field] then
    counted[field] = 0
    order[#order + 1] = field
  end
  counted[field] = counted[field] + n
end

local function count(user, jobs, tasks)
  add('j:', jobs)
  add('t:', tasks)
  if user ~= '' then
    add('j:' .. user, jobs)
    add('t:' .. user, tasks)
  end
end

local function tally()
  for _, field in ipairs(order) do
    if redis.call('HINCRBY', usage, field, counted[field]) <= 0 then redis.call('HDEL', usage, field) end
  end
end
