-- uses: clock
-- hold: keep the lease of a lane in which a word is being said.
-- KEYS  1 agenda:sends (zset)  2 control (hash)
-- ARGV  3 conversation  4 token  5 lease ms
-- Returns  {1} held, {0} somebody else's now
keep_time()
if redis.call('HGET', KEYS[2], 'K') ~= ARGV[4] then return {0} end
redis.call('ZADD', KEYS[1], now + ARGV[5], ARGV[3])
return {1}
