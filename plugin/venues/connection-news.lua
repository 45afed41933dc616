-- KEYS  the version, a list of the connections it was raised for
-- ARGV  publish, connection, longest list, life in milliseconds | read, the version that is known, the name of all, longest list
if ARGV[1] == 'publish' then
  -- A Redis that was restarted without its data must not repeat a version: the first is the time, in milliseconds.
  if redis.call('EXISTS', KEYS[1]) == 0 then
    local time = redis.call('TIME')
    redis.call('SET', KEYS[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
    redis.call('DEL', KEYS[2])
  end
  local version = redis.call('INCR', KEYS[1])
  redis.call('RPUSH', KEYS[2], ARGV[2])
  redis.call('LTRIM', KEYS[2], -tonumber(ARGV[3]), -1)
  for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
  return { version }
end
local version = tonumber(redis.call('GET', KEYS[1]) or 0)
local known = tonumber(ARGV[2])
local missed = version - known
if missed == 0 then return { version } end
local listed = redis.call('LLEN', KEYS[2])
if known == 0 and listed < tonumber(ARGV[4]) then missed = listed end -- all since the first
if missed < 0 or missed > listed then return { version, ARGV[3] } end
local reply = redis.call('LRANGE', KEYS[2], -missed, -1)
table.insert(reply, 1, version)
return reply
