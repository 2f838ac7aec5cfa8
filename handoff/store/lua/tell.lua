-- tell: write down what became of a wish for a file, once.
-- KEYS  1 the conversation's wishes (hash)  2 agenda:files (zset)
-- ARGV  3 conversation  4 the channel's file id  5 `found:<our id>` or `failed:<reason>`
-- Returns  {1} written (now, or by this very call before), {0} not wanted any more
local c, known = ARGV[3], redis.call('HGET', KEYS[1], ARGV[4])
if known == ARGV[5] then return {1} end
redis.call('ZREM', KEYS[2], c .. '|' .. ARGV[4])
if not known or string.sub(known, 1, 7) ~= 'wanted:' then return {0} end
redis.call('HSET', KEYS[1], ARGV[4], ARGV[5])
event('file.fetched', c, redis.call('LINDEX', P .. 'h:' .. c, -1) or '')
return {1}
