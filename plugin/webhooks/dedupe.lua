-- KEYS[1]  an event: 'done', or the replica that handles it
-- ARGV     claim, replica, life | done, life | release, replica. Milliseconds.
if ARGV[1] == 'claim' then
  if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then return 'new' end
  if redis.call('GET', KEYS[1]) == 'done' then return 'done' end
  return 'busy'
end
if ARGV[1] == 'done' then
  redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
  return 'done'
end
-- An expired claim may belong to another replica.
if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 'released'
