-- shelve: note how far the archive has come in a transcript; it never goes back.
-- KEYS  1 control (hash)
-- ARGV  3 seq
-- Returns  {1} noted, {0} no such conversation, or the archive was further
local h = redis.call('HMGET', KEYS[1], 't', 'z')
if not h[1] or tonumber(ARGV[3]) <= tonumber(h[2] or 0) then return {0} end
redis.call('HSET', KEYS[1], 'z', math.min(ARGV[3], h[1]))
return {1}
