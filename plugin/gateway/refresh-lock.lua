-- The lock of one connection's token refresh, as a hash: owner and until of the replica that refreshes, renewed (when a new token came) and
-- failed (until when no replica tries again). All times are of Redis' own clock, in milliseconds.
--
-- KEYS[1]  the hash
-- ARGV     action, milliseconds (how long ago the call was sent, or how long to back off), lease, time to live, owner
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == 'acquire' then
  local state = redis.call('HMGET', KEYS[1], 'renewed', 'failed', 'until', 'owner')
  if state[1] and tonumber(state[1]) >= now - tonumber(ARGV[2]) then return {'renewed', 0} end
  if state[2] and tonumber(state[2]) > now then return {'failed', tonumber(state[2]) - now} end
  -- Its own lease means that the reply to the request before this one was lost.
  if state[3] and tonumber(state[3]) > now and state[4] ~= ARGV[5] then return {'held', 0} end
  redis.call('HSET', KEYS[1], 'until', now + tonumber(ARGV[3]), 'owner', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return {'acquired', 0}
end
-- An expired lease may belong to another replica.
if redis.call('HGET', KEYS[1], 'owner') == ARGV[5] then redis.call('HDEL', KEYS[1], 'until', 'owner') end
if ARGV[1] == 'renewed' then redis.call('HSET', KEYS[1], 'renewed', now) redis.call('HDEL', KEYS[1], 'failed') end
if ARGV[1] == 'failed' then redis.call('HSET', KEYS[1], 'failed', now + tonumber(ARGV[2])) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'released', 0}
