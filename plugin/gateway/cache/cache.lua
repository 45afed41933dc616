-- Every operation of the Redis cache: one script, one round trip, one Cluster slot.
--
-- KEYS[1]  the generations of a connection, a hash by resource. A write deletes them; a missing one is created again, from a value that was
--          never used before. So losing them (expiry, eviction, a restart) loses responses, never a write.
-- KEYS[2]  a response: a hash of its generation, head and body
-- ARGV[1]  find: resource, new generation, lifetime of the generations, 1 if the response is requested
--          keep: resource, generation, lifetime of the response, head, body
--          drop: the resources, or nothing for all. All times in milliseconds.
local operation = ARGV[1]

if operation == 'find' then
  local generation = redis.call('HGET', KEYS[1], ARGV[2])
  if not generation then
    generation = ARGV[3]
    redis.call('HSET', KEYS[1], ARGV[2], generation)
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  if ARGV[5] ~= '1' then return { generation } end
  local saved = redis.call('HMGET', KEYS[2], 'generation', 'head', 'body')
  if saved[1] ~= generation then return { generation } end
  return { generation, saved[2], saved[3], redis.call('PTTL', KEYS[2]) }
end

if operation == 'keep' then
  if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return 0 end
  redis.call('HMSET', KEYS[2], 'generation', ARGV[3], 'head', ARGV[5], 'body', ARGV[6])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  return 1
end

if #ARGV == 1 then return redis.call('DEL', KEYS[1]) end
for i = 2, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
return 1
