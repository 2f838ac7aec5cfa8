-- resolve: end a case.
-- KEYS  1 case (hash)
-- ARGV  3 id
redis.call('HSET', KEYS[1], 'status', 'resolved')
return redis.call('HGETALL', KEYS[1])
