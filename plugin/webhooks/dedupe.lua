-- KEYS[1]  an event: 'done', or who has it in hand
-- ARGV     claim, who, life | done, life | release, who. Milliseconds.
if ARGV[1] == 'claim' then
  if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then return 'new' end
  if redis.call('GET', KEYS[1]) == 'done' then return 'done' end
  return 'busy'
end
if ARGV[1] == 'done' then
  redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
  return 'done'
end
-- A claim that ran out may be somebody else's by now.
if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 'released'
