-- want: ask the bot for a file a customer sent, once.
-- KEYS  1 the conversation's wishes (hash)  2 agenda:files (zset)
-- ARGV  3 conversation  4 the channel's file id  5 name  6 again (0, 1)
-- Returns  {1} wanted now, {0} it was known
local known = redis.call('HGET', KEYS[1], ARGV[4])
if known and (ARGV[6] == '0' or string.sub(known, 1, 7) == 'wanted:') then return {0} end
redis.call('HSET', KEYS[1], ARGV[4], 'wanted:' .. ARGV[5])
redis.call('ZADD', KEYS[2], now, ARGV[3] .. '|' .. ARGV[4])
wake('files')
return {1}
