-- claim: take the first case of the queue.
-- KEYS  1 queue (zset)
-- ARGV  3 agent
local id = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
redis.call('ZREM', KEYS[1], id)
redis.call('HSET', P .. 'case:' .. id, 'status', 'assigned', 'agent', ARGV[3])
return {id, redis.call('HGETALL', P .. 'case:' .. id)}
