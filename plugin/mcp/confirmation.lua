-- KEYS[1]  a confirmation that a person may give
-- ARGV     open, life in milliseconds | use
if ARGV[1] == 'open' then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
  return 1
end
return redis.call('DEL', KEYS[1])
