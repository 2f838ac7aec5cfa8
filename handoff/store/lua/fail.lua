-- uses: clock
-- fail: make the lane due again later, and count an exception on its mail; or count nothing, where the mail is not to blame.
-- KEYS  1 agenda:turns (zset)  2 control (hash)
-- ARGV  3 conversation  4 token  5 retry ms  6 1 if it counts
-- Returns  {failures so far}, {0} somebody else's turn now
keep_time()
if redis.call('HGET', KEYS[2], 'k') ~= ARGV[4] then return {0} end
redis.call('HDEL', KEYS[2], 'k', 'o')
redis.call('ZADD', KEYS[1], now + ARGV[5], ARGV[3])
if ARGV[6] == '1' then return {redis.call('HINCRBY', KEYS[2], 'x', 1)} end
redis.call('HINCRBY', KEYS[2], 'n', -1)
return {tonumber(redis.call('HGET', KEYS[2], 'x') or 0)}
