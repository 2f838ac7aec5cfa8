-- uses: begin held
-- resolve: end a case and give the conversation back to the bot, which is told by mail.
-- KEYS  1 operation (string)  2 queue (zset)  3 assigned (zset)  4 the case's words (set)
-- ARGV  3 case id  4 agent  5 resolution  6 row | word, its row (optional)
-- Returns  {'resolved', case (flat hash)}, {'open', numbers}, {'unknown'}, {'closed'}, {'held', holder}
if redis.call('EXISTS', KEYS[1]) == 1 then return {'resolved', redis.call('HGETALL', P .. 'k:' .. ARGV[3])} end
local id, c, refused = ARGV[3], held(ARGV[3], ARGV[4])
if not c then return refused end
local open = {}
for _, number in ipairs(redis.call('SMEMBERS', KEYS[4])) do
  local state = redis.call('HGET', P .. 'd:' .. c, number) or ''
  if state == 'unknown' or string.sub(state, 1, 6) == 'failed' then open[#open + 1] = tonumber(number) end
end
if #open > 0 and ARGV[5] ~= 'unreachable' then return {'open', open} end
local k = P .. 'c:' .. c
local epoch = redis.call('HINCRBY', k, 'e', 1)
redis.call('HSET', k, 'h', 'bot')
redis.call('HDEL', k, 'case', 'g')
redis.call('HSET', P .. 'k:' .. id, 'status', 'resolved', 'resolution', ARGV[5], 'resolved', now, 'epoch', epoch)
redis.call('ZREM', KEYS[2], id)
redis.call('ZREM', KEYS[3], id)
redis.call('ZADD', P .. 'resolved', now, id)
local lines = {0, ARGV[6]}
if #queue_words(c, epoch, 7, lines) > 0 and lane_idle(c) then queue_lane(c) end
write(c, lines)
redis.call('RPUSH', P .. 'm:' .. c, now .. '|notice|0|resolved:' .. ARGV[5])
put(c, now)
redis.call('SET', KEYS[1], id, 'EX', 86400)
event('case.resolved', c, id)
return {'resolved', redis.call('HGETALL', P .. 'k:' .. id)}
