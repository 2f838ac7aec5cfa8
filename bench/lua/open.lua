-- open: the least a queue can do: keep a case and put it in order.
-- KEYS  1 queue (zset)  2 case (hash)
-- ARGV  3 id  4 rank  5 packet
redis.call('HSET', KEYS[2], 'status', 'waiting', 'packet', ARGV[5])
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[3])
return 1
