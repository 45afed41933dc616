// A script in a .ts file: the compiler copies no assets, and a package must not look for files beside itself.
// Needs Redis 5 or any Valkey (effects are replicated, so TIME may come before a write). No function newer than that is used.

/** Every operation of the Redis budget store: one script, so that one SHA is loaded and every operation is one atomic round trip. */
export const WINDOW_LUA = `
-- KEYS[1]          the tag's clock: "<shift> <last>" in microseconds
-- KEYS[2 .. n+1]   the windows: a LIST of slots each, ascending (some 11 bytes a slot; a sorted set takes ten times that)
-- KEYS[n+2 .. 2n+1] what is known to be taken in each window, while many wait
-- KEYS[2n+2 .. ]   the walls: the end of each cooling-off
-- ARGV             operation, n, then limit and length of each window, then the operation's own values; all times in microseconds
-- A moment is this server's clock. Replicas' own clocks are never compared.

local operation, n = ARGV[1], tonumber(ARGV[2])
local own = 3 + 2 * n

local function text (value) return string.format('%.0f', value) end
local function ttl (us) return text(math.ceil(us / 1000) + 50) end

-- THE CLOCK. The server's clock can be set back, by hand, by NTP or by a failover to another machine. Slots then seem to lie in the
-- future. Nobody could tell them from reservations, and every caller would wait for as long as the jump was wide. So the last moment that
-- was written is kept: when the server's clock is behind it, the difference is added from then on. No time has passed, nothing is
-- forgotten, slots keep their meaning. A jump FORWARD cannot be told from time that has passed (and Redis itself expires keys by it): the
-- budget may be given out once more.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local shift, last = 0, 0
local saved = redis.call('GET', KEYS[1])
if saved then
  local a, b = string.match(saved, '^(%d+) (%d+)$')
  shift, last = tonumber(a), tonumber(b)
end
now = now + shift

-- The clock must outlive every key that was written by it.
local function keepClock (us)
  local left = redis.call('PTTL', KEYS[1])
  redis.call('SET', KEYS[1], text(shift) .. ' ' .. text(now), 'PX', text(math.max(left, math.ceil(us / 1000) + 100)))
end

if now < last then
  shift = shift + last - now
  now = last
  keepClock(0)
end

local windows = {}
for i = 1, n do
  local w = { key = KEYS[1 + i], busy = KEYS[1 + n + i], limit = tonumber(ARGV[1 + 2 * i]), length = tonumber(ARGV[2 + 2 * i]) }
  -- What has left the window goes. Usually one slot per take, after a pause many: look at a few at a time.
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
  windows[i] = w
end

-- The longest wall, and which one it is.
local wallEnd, wall = 0, 0
for i = 2 * n + 2, #KEYS do
  local e = tonumber(redis.call('GET', KEYS[i]) or 0)
  if e > now and e > wallEnd then wallEnd, wall = e, i - 2 * n - 1 end
end

local function addUsage (answer)
  for _, w in ipairs(windows) do
    local reset = 0
    if w.size > 0 then reset = redis.call('LINDEX', w.key, math.max(0, w.size - w.limit)) + w.length - now end
    answer[#answer + 1] = math.max(0, w.limit - w.size)
    answer[#answer + 1] = reset
  end
  return answer
end

-- The earliest moment from t on that leaves no window with more than its limit. 'limit' neighbours within one window forbid every moment
-- from (last - length) to (first + length); these intervals are ordered, so one walk finds the first gap: a hole left by a caller who
-- gave up, or the end.
local function earliest (w, t)
  local runs, i, some = w.size - w.limit + 1, 0, 4
  local from, start, long = t, t, runs > 16
  -- Behind a long queue the walk is made once: new slots leave what is taken taken, only a slot that is given back changes it.
  if long then
    local a, b, limit, length = string.match(redis.call('GET', w.busy) or '', '^(%d+) (%d+) (%d+) (%d+)$')
    if a and tonumber(limit) == w.limit and tonumber(length) == w.length and tonumber(a) <= t and t < tonumber(b) then
      from, t = tonumber(a), tonumber(b)
      start = t
    end
    local high = runs
    while i < high do
      local middle = math.floor((i + high) / 2)
      if redis.call('LINDEX', w.key, middle) + w.length > t then high = middle else i = middle + 1 end
    end
  end
  local open = false
  while i < runs and not open do
    local upTo = math.min(i + some - 1, runs - 1)
    local firsts = redis.call('LRANGE', w.key, i, upTo)
    local lasts = redis.call('LRANGE', w.key, i + w.limit - 1, upTo + w.limit - 1)
    for k = 1, #firsts do
      local first, final = tonumber(firsts[k]), tonumber(lasts[k])
      if t + w.length <= final then open = true break end
      if first + w.length > final and first + w.length > t then t = first + w.length end
    end
    i, some = upTo + 1, math.min(64, some * 2)
  end
  if long and t > start then
    local known = text(from) .. ' ' .. text(t) .. ' ' .. text(w.limit) .. ' ' .. text(w.length)
    redis.call('SET', w.busy, known, 'PX', ttl(t - now))
  end
  return t
end

-- In its place: a reservation of another connection may lie further ahead in a window that both share.
local function insert (w, t)
  local pivot
  local i, looking = w.size - 1, true
  while looking and i >= 0 do
    local from = math.max(0, i - 15)
    local part = redis.call('LRANGE', w.key, from, i)
    for k = #part, 1, -1 do
      if tonumber(part[k]) <= t then looking = false break end
      pivot = part[k]
    end
    i = from - 1
  end
  if pivot then redis.call('LINSERT', w.key, 'BEFORE', pivot, text(t)) else redis.call('RPUSH', w.key, text(t)) end
  w.size = w.size + 1
  local left = redis.call('LINDEX', w.key, -1) + w.length - now
  redis.call('PEXPIRE', w.key, ttl(left))
  return left
end

local function forget (slot)
  for _, w in ipairs(windows) do
    redis.call('LREM', w.key, 1, slot)
    redis.call('DEL', w.busy)
  end
end

if operation == 'take' then
  local patience, t = tonumber(ARGV[own]), math.max(now + ARGV[own + 1], wallEnd)
  -- A moment that one window admits may be taken in the next: go round until none of them moves it any more.
  local i, settled, window = 1, 0, 0
  while settled < n do
    local later = earliest(windows[i], t)
    if later > t then settled, window, t = 1, i, later else settled = settled + 1 end
    i = i % n + 1
  end
  if t - now > patience then
    if wallEnd - now <= patience then wall = 0 end
    return addUsage({ 0, t - now, 0, wall, window, math.max(0, wallEnd - now) })
  end
  local longest = 0
  for _, w in ipairs(windows) do longest = math.max(longest, insert(w, t)) end
  keepClock(longest)
  return addUsage({ 1, t - now, t, 0, 0, 0 })
end

if operation == 'confirm' then
  -- The call has not left, so its place is free even though its moment has come.
  if wall > 0 then forget(ARGV[own]) end
  return { math.max(0, wallEnd - now) }
end

if operation == 'release' then
  if tonumber(ARGV[own]) > now then forget(ARGV[own]) end
  return {}
end

if operation == 'raise' then
  local us = tonumber(ARGV[own])
  if us > 0 and now + us > wallEnd then
    redis.call('SET', KEYS[2], text(now + us), 'PX', ttl(us))
    keepClock(us)
  end
  return {}
end

if operation == 'wall' then return { math.max(0, wallEnd - now) } end

return addUsage({})
`
