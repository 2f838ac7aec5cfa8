-- erase: forget a conversation for good; its closed cases stay as numbers, without a name and a packet.
-- KEYS  1 agenda:turns (zset)  2 agenda:sends (zset)  3 dead (stream)
-- ARGV  3 conversation
-- Returns  {'erased'}, {'open', case}, {'unknown'}
local c = ARGV[3]
local lane = lane_of(c, 'case')
if lane.case ~= '' then return {'open', lane.case} end
if redis.call('EXISTS', P .. 'c:' .. c, P .. 'm:' .. c) == 0 then return {'unknown'} end
for _, id in ipairs(redis.call('LRANGE', P .. 'h:' .. c, 0, -1)) do
  local about = cjson.decode(redis.call('HGET', P .. 'k:' .. id, 'about'))
  about.contact, about.why = '', ''
  redis.call('HSET', P .. 'k:' .. id, 'about', cjson.encode(about))
  redis.call('HDEL', P .. 'k:' .. id, 'withdrawn', 'why', 'packet')
  redis.call('DEL', P .. 'w:' .. id)
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[3], '-', '+')) do
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'conversation' and entry[2][i + 1] == c then redis.call('XDEL', KEYS[3], entry[1]) end
  end
end
local cursor = '0'
repeat -- timers would bring the lane back
  local found = redis.call('ZSCAN', P .. 'agenda:clock', cursor, 'MATCH', c .. '|*', 'COUNT', 1000)
  cursor = found[1]
  for i = 1, #found[2], 2 do redis.call('ZREM', P .. 'agenda:clock', found[2][i]) end
until cursor == '0'
for _, ref in ipairs(redis.call('HKEYS', P .. 'f:' .. c)) do redis.call('ZREM', P .. 'agenda:files', c .. '|' .. ref) end
for _, kind in ipairs({'c', 's', 'm', 'o', 'd', 't', 'g', 'h', 'f', 'p'}) do redis.call('DEL', P .. kind .. ':' .. c) end
redis.call('ZREM', KEYS[1], c)
redis.call('ZREM', KEYS[2], c)
event('conversation.erased', c, '')
return {'erased'}
