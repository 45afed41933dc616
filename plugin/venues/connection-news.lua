-- KEYS  the version, a list of the connections it was raised for
-- ARGV  publish, connection, longest list, life in milliseconds | read, the version that is known, the name of all connections
if ARGV[1] == 'publish' then
  local version = redis.call('INCR', KEYS[1])
  redis.call('RPUSH', KEYS[2], ARGV[2])
  redis.call('LTRIM', KEYS[2], -tonumber(ARGV[3]), -1)
  for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
  return { version }
end
local version = tonumber(redis.call('GET', KEYS[1]) or 0)
local missed = version - tonumber(ARGV[2])
if missed == 0 then return { version } end
if missed < 0 or missed > redis.call('LLEN', KEYS[2]) then return { version, ARGV[3] } end
local reply = redis.call('LRANGE', KEYS[2], -missed, -1)
table.insert(reply, 1, version)
return reply
