-- Every operation of the Redis rate limits: one script, so that one SHA is loaded and every operation is one atomic round trip.
-- Needs Redis 5 or any Valkey (effects are replicated, so TIME may come before a write). No function newer than that is used.
--
-- KEYS[1]            the tag's clock: "<shift> <last> <first>" in microseconds
-- KEYS[2]            a HASH of the tickets of waiting calls: when each expires
-- KEYS[3]            the upstream's quota: "<left> <end>"
-- KEYS[4]            the version of the replicas' news, returned with a lease
-- KEYS[5 .. n+4]     the windows: a LIST of moments each, ascending (some 11 bytes a call; a sorted set takes ten times that)
-- KEYS[n+5 .. 2n+4]  the queue of each: a ZSET of tickets by order
-- KEYS[2n+5 .. 3n+4] the turns of a shared window's flows, a HASH; '' is the one being served
-- KEYS[3n+5 .. ]     the end of each cooling-off
-- ARGV               operation, n, then limit, length, flow ('' where it is not shared) and reserve of each window, then the
--                    operation's own values; all times in microseconds
-- All times are of this server's clock, which also numbers the tickets. Replicas' own clocks are never compared.

local operation, n = ARGV[1], tonumber(ARGV[2])
local own = 3 + 4 * n
local tickets = KEYS[2]

local function text (value) return string.format('%.0f', value) end
local function ttl (us) return text(math.ceil(us / 1000) + 50) end

-- THE CLOCK. The server's clock can be set back, by hand, by NTP or by a failover to another machine. Stored times are then in
-- the future, and every caller would wait as long as the jump. So the last written time is kept: while the server's clock is behind it, the
-- difference is added. No time passes, nothing is dropped. A jump FORWARD cannot be distinguished from elapsed time (and Redis itself
-- expires keys by it): the limit may be granted once more. Times are unique, since they name slots and tickets. The first time names the
-- data: a server that has lost it begins with another.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local shift, last, first = 0, 0, now
local saved = redis.call('GET', KEYS[1])
if saved then
  local a, b, c = string.match(saved, '^(%d+) (%d+) (%d+)$')
  shift, last, first = tonumber(a), tonumber(b), tonumber(c)
end
now = now + shift

-- The clock must outlive every key that was written by it, and a replica's last call by a day (DATA_KEPT_MS in resilient-store.ts).
local function keepClock (us)
  local ms = math.max(redis.call('PTTL', KEYS[1]), math.ceil(us / 1000) + 100, 86400000)
  redis.call('SET', KEYS[1], text(shift) .. ' ' .. text(now) .. ' ' .. text(first), 'PX', text(ms))
end

if now <= last then
  shift = shift + last + 1 - now
  now = last + 1
  keepClock(0)
end

-- A key of waiting calls lives as long as the longest wait.
local function keep (key, us)
  if redis.call('PTTL', key) < us / 1000 then redis.call('PEXPIRE', key, ttl(us)) end
end

local windows = {}
for i = 1, n do
  local w = {
    key = KEYS[4 + i], queue = KEYS[4 + n + i], turns = KEYS[4 + 2 * n + i],
    limit = tonumber(ARGV[4 * i - 1]), length = tonumber(ARGV[4 * i]), flow = ARGV[4 * i + 1], reserve = tonumber(ARGV[4 * i + 2])
  }
  -- Drops calls that have left the window. Usually one call per take, after a pause many: a few at a time.
  w.size = redis.call('LLEN', w.key)
  local gone, looking = 0, w.size > 0
  while looking do
    local part = redis.call('LRANGE', w.key, gone, gone + 7)
    looking = #part == 8
    for _, slot in ipairs(part) do
      if slot + w.length > now then looking = false break end
      gone = gone + 1
    end
  end
  if gone > 0 then
    redis.call('LTRIM', w.key, gone, -1)
    w.size = w.size - gone
  end
  w.waiting = redis.call('ZCARD', w.queue)
  windows[i] = w
end

-- The longest cooling-off, and which one it is.
local coolingEnd, cooling = 0, 0
for i = 3 * n + 5, #KEYS do
  local e = tonumber(redis.call('GET', KEYS[i]) or 0)
  if e > now and e > coolingEnd then coolingEnd, cooling = e, i - 3 * n - 4 end
end

-- Slots of a window for this connection: the reserve is for connections whose own window holds few calls.
local function slotsFor (w)
  if windows[1].size < w.reserve then return w.limit end
  return math.max(1, w.limit - w.reserve)
end

-- When the call behind 'ahead' others has its turn, if all of them are sent as soon as possible, and none before 'from'. Only the newest
-- 'limit' calls count: the limit may have been larger when the others were sent.
local function turn (w, slots, ahead, from)
  local size = math.min(w.size, slots)
  local index, rounds = (size + ahead) % slots, math.floor((size + ahead) / slots)
  if index >= size then return from + rounds * w.length end
  return math.max(from, redis.call('LINDEX', w.key, w.size - size + index) + w.length) + (rounds - 1) * w.length
end

local function addUsage (reply)
  for _, w in ipairs(windows) do
    local used, reset = w.size + w.waiting, 0
    if used >= w.limit then reset = turn(w, w.limit, w.waiting, now) - now
    elseif w.size > 0 then reset = redis.call('LINDEX', w.key, 0) + w.length - now end
    reply[#reply + 1] = math.max(0, w.limit - used)
    reply[#reply + 1] = reset
  end
  return reply
end

local function leave (w, ticket)
  if w.waiting == 0 or redis.call('ZREM', w.queue, ticket) == 0 then return end
  w.waiting = w.waiting - 1
  if w.waiting == 0 then redis.call('DEL', w.turns) end
end

-- These tickets were unused long after their turn: their replica is gone.
local function drop (w, but)
  while w.waiting > 0 do
    local head = redis.call('ZRANGE', w.queue, 0, 0)[1]
    if head == but or tonumber(redis.call('HGET', tickets, head) or 0) > now then return end
    leave(w, head)
    redis.call('HDEL', tickets, head)
  end
end

-- On a shared window each call has a turn: one after the last of its flow, but not before those being served.
local function nextTurn (w)
  local known = redis.call('HMGET', w.turns, w.flow, '')
  return math.max(tonumber(known[1] or 0), tonumber(known[2] or 0)) + 1
end

-- Number of calls before this ticket, or before a new one.
local function aheadOf (w, ticket)
  if w.waiting == 0 then return 0 end
  local rank = ticket ~= '' and redis.call('ZRANK', w.queue, ticket)
  if rank then return rank end
  if w.flow ~= '' then return redis.call('ZCOUNT', w.queue, '-inf', nextTurn(w)) end
  return ticket == '' and w.waiting or redis.call('ZCOUNT', w.queue, '-inf', '(' .. ticket)
end

-- How many of those before this ticket, or before a newcomer, are not in the next window's queue.
local function notYetIn (w, following, ticket)
  local ahead, missing = aheadOf(w, ticket), 0
  if ahead == 0 then return 0 end
  for _, one in ipairs(redis.call('ZRANGE', w.queue, 0, ahead - 1)) do
    if following.waiting == 0 or not redis.call('ZSCORE', following.queue, one) then missing = missing + 1 end
  end
  return missing
end

local function join (w, ticket, expiry)
  if not redis.call('ZSCORE', w.queue, ticket) then
    local order = ticket
    if w.flow ~= '' then
      order = nextTurn(w)
      redis.call('HSET', w.turns, w.flow, order)
    end
    redis.call('ZADD', w.queue, order, ticket)
    w.waiting = w.waiting + 1
  end
  keep(w.queue, expiry - now)
  if w.flow ~= '' then keep(w.turns, expiry - now) end
end

-- The call has its slot: removes it from the queue, or admits a new call directly.
local function serve (w, ticket)
  if w.waiting == 0 then return end
  if w.flow ~= '' then
    local order = ticket ~= '' and redis.call('ZSCORE', w.queue, ticket)
    if not order then order = nextTurn(w) end
    if tonumber(order) > tonumber(redis.call('HGET', w.turns, '') or 0) then redis.call('HSET', w.turns, '', order) end
  end
  if ticket ~= '' then leave(w, ticket) end
end

local function record (w)
  redis.call('RPUSH', w.key, text(now))
  redis.call('PEXPIRE', w.key, ttl(w.length))
  w.size = w.size + 1
  return w.length
end

local function readQuota ()
  local left, e = string.match(redis.call('GET', KEYS[3]) or '', '^(-?%d+) (%d+)$')
  if e and tonumber(e) > now then return tonumber(left), tonumber(e) end
end

local function setQuota (left, e)
  redis.call('SET', KEYS[3], text(left) .. ' ' .. text(e), 'PX', ttl(e - now))
end

if operation == 'take' then
  local maxWait, ticket, hasQuota = tonumber(ARGV[own]), ARGV[own + 1], ARGV[own + 2] == '1'
  local from = math.max(now, coolingEnd)
  local at, window, ahead = from, 0, 0
  -- The first window that the call must wait for: it joins no queue after it. During a cooling-off that is the first of all.
  local stage = n + 1
  -- Calls that are due, like this one, but are not yet in the next window's queue: they are before it there too, and it stays behind them.
  local due, stay = 0, n + 1
  for i, w in ipairs(windows) do
    drop(w, ticket)
    if i > 1 and stage > n then
      local missing = notYetIn(windows[i - 1], w, ticket)
      if missing > 0 then stay = math.min(stay, i - 1) end
      due = due + missing
    end
    -- Busier connections may not use the reserved slots: only calls of this connection, in the queue of its first window too, are
    -- before this one.
    if i == 1 or windows[1].size >= w.reserve then ahead = due + aheadOf(w, ticket) end
    local t = turn(w, slotsFor(w), ahead, from)
    if t > now and i < stage then stage = math.min(i, stay) end
    if t > at then at, window = t, i end
  end
  local left, ends
  if hasQuota then left, ends = readQuota() end
  local shared = windows[n]
  if left and left <= ahead + (shared and shared.limit - slotsFor(shared) or 0) then
    stage = math.min(stage, stay, n)
    if ends > at then at, window = ends, n + 1 end
  end
  if at - now > maxWait then
    for _, w in ipairs(windows) do if ticket ~= '' then leave(w, ticket) end end
    if ticket ~= '' then redis.call('HDEL', tickets, ticket) end
    if coolingEnd - now <= maxWait then cooling = 0 end
    return addUsage({ 0, at - now, 0, cooling, window, math.max(0, coolingEnd - now), 0, 0 })
  end
  if at > now then
    if ticket == '' then ticket = text(now) end
    local expiry = at + tonumber(ARGV[own + 3])
    for i, w in ipairs(windows) do if i <= stage then join(w, ticket, expiry) else leave(w, ticket) end end
    redis.call('HSET', tickets, ticket, text(expiry))
    keep(tickets, expiry - now)
    keepClock(expiry - now)
    return addUsage({ 2, at - now, ticket, 0, 0, 0, text(first), text(now - first) })
  end
  local longest = 0
  for _, w in ipairs(windows) do
    serve(w, ticket)
    longest = math.max(longest, record(w))
  end
  if ticket ~= '' then redis.call('HDEL', tickets, ticket) end
  if left then
    left = left - 1
    setQuota(left, ends)
  end
  keepClock(longest)
  local news = tonumber(redis.call('GET', KEYS[4]) or 0)
  return addUsage({ 1, 0, text(now), left and text(left) or '', news, 0, text(first), text(now - first) })
end

if operation == 'leave' then
  for _, w in ipairs(windows) do leave(w, ARGV[own]) end
  redis.call('HDEL', tickets, ARGV[own])
  return {}
end

if operation == 'refund' or operation == 'renew' then
  local longest = 0
  for _, w in ipairs(windows) do
    w.size = w.size - redis.call('LREM', w.key, -1, ARGV[own])
    if operation == 'renew' then longest = math.max(longest, record(w)) end
  end
  if longest > 0 then keepClock(longest) end
  return { text(now) }
end

if operation == 'start-cooling-off' then
  local us = tonumber(ARGV[own])
  if us > 0 and now + us > coolingEnd then
    redis.call('SET', KEYS[5], text(now + us), 'PX', ttl(us))
    keepClock(us)
  end
  return {}
end

if operation == 'report' then
  local remaining, ends, slot = tonumber(ARGV[own]), now + ARGV[own + 1], tonumber(ARGV[own + 2])
  -- Calls sent after the one with the report are not included yet.
  local since, w = 0, windows[1]
  while w and since < w.size and tonumber(redis.call('LINDEX', w.key, -1 - since)) > slot do since = since + 1 end
  local left, known = readQuota()
  if known and math.abs(ends - known) <= tonumber(ARGV[own + 3]) then setQuota(math.min(left, remaining - since), known)
  elseif not known or ends > known then setQuota(remaining - since, ends) end
  keepClock(ends - now)
  return {}
end

if operation == 'cooling-off' then return { math.max(0, coolingEnd - now) } end

return addUsage({})
