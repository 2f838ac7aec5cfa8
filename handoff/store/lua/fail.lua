-- uses: clock
-- fail: count an exception on this mail and make the lane due again later.
-- KEYS  1 agenda:turns (zset)  2 control (hash)
-- ARGV  3 conversation  4 token  5 retry ms
-- Returns  {failures so far}, {0} somebody else's turn now
keep_time()
if redis.call('HGET', KEYS[2], 'k') ~= ARGV[4] then return {0} end
redis.call('HDEL', KEYS[2], 'k', 'o')
redis.call('ZADD', KEYS[1], now + ARGV[5], ARGV[3])
return {redis.call('HINCRBY', KEYS[2], 'x', 1)}
