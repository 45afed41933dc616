-- KEYS[1]  a list, the oldest first
-- ARGV     put, entry, longest list, life in milliseconds | read
if ARGV[1] == 'put' then
  redis.call('RPUSH', KEYS[1], ARGV[2])
  redis.call('LTRIM', KEYS[1], -tonumber(ARGV[3]), -1)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return 1
end
return redis.call('LRANGE', KEYS[1], 0, -1)
