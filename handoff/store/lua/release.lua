-- uses: clock
-- release: a process that starts again gives back what its earlier self still held.
-- KEYS  1 agenda (zset)
-- ARGV  3 token field  4 owner field  5 owner  6 longest lease ms
-- Returns  {how many}
keep_time()
local count = 0
for _, c in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, now + ARGV[6], 'LIMIT', 0, 5000)) do
  local k = P .. 'c:' .. c
  if redis.call('HGET', k, ARGV[4]) == ARGV[5] then
    redis.call('HDEL', k, ARGV[3], ARGV[4])
    redis.call('ZADD', KEYS[1], now, c)
    count = count + 1
  end
end
return {count}
