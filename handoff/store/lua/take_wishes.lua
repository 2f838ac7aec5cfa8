-- uses: clock
-- take_wishes: lease the files that are wanted longest.
-- KEYS  1 agenda:files (zset)
-- ARGV  3 most  4 lease ms
-- Returns  {conversation, the channel's file id, name}*
keep_time()
local out = {}
for _, wish in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local c, ref = string.match(wish, '^([^|]*)|(.*)$')
  local known = redis.call('HGET', P .. 'f:' .. c, ref) or ''
  redis.call('ZADD', KEYS[1], now + ARGV[4], wish)
  out[#out + 1] = {c, ref, string.sub(known, 8)}
end
return out
