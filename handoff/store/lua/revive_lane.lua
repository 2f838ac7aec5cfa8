-- revive_lane: make a restored conversation safe: nothing old is said by itself, nobody holds it, its open case waits.
-- KEYS  1 queue (zset)
-- ARGV  3 conversation
-- Returns  {words not said, unread mail}
local c = ARGV[3]
local words = redis.call('LRANGE', P .. 'o:' .. c, 0, -1)
for _, row in ipairs(words) do
  local number, kind = string.match(row, '^(%d+)|(%a)|')
  redis.call('HSET', P .. 'd:' .. c, number, kind == 'p' and 'failed:restored' or 'expired')
end
redis.call('DEL', P .. 'o:' .. c)
redis.call('HDEL', P .. 'c:' .. c, 'k', 'o', 'n', 'x', 'i', 'r', 'K', 'O', 'R', 'y', 'a', 'z')
local id = redis.call('HGET', P .. 'c:' .. c, 'case')
if id and id ~= '' then
  local k = P .. 'k:' .. id
  redis.call('HSET', k, 'status', 'waiting', 'agent', '')
  redis.call('HSET', P .. 'c:' .. c, 'h', 'queue', 'g', '')
  redis.call('HINCRBY', P .. 'c:' .. c, 'e', 1)
  redis.call('HSET', k, 'epoch', redis.call('HGET', P .. 'c:' .. c, 'e'))
  redis.call('ZADD', KEYS[1], redis.call('HGET', k, 'rank') or now, id)
end
return {#words, redis.call('LLEN', P .. 'm:' .. c)}
