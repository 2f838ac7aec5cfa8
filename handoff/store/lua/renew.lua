-- uses: clock
-- renew: hold a turn's lease for another while.
-- KEYS  1 agenda:turns (zset)  2 control (hash)
-- ARGV  3 conversation  4 token  5 lease ms
-- Returns  {1} held, {0} somebody else's now
keep_time()
if redis.call('HGET', KEYS[2], 'k') ~= ARGV[4] then return {0} end
redis.call('ZADD', KEYS[1], now + ARGV[5], ARGV[3])
return {1}
