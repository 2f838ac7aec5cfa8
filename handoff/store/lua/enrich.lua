-- enrich: store a newer version of a case's packet.
-- KEYS  1 case (hash)
-- ARGV  3 case id  4 version  5 packet
-- Returns  {1} stored, {0} not newer, or no such case
local h = redis.call('HMGET', KEYS[1], 'version', 'conversation')
if not h[2] or tonumber(ARGV[4]) <= tonumber(h[1] or 0) then return {0} end
redis.call('HSET', KEYS[1], 'version', ARGV[4], 'packet', ARGV[5])
event('packet.enriched', h[2], ARGV[3])
return {1}
