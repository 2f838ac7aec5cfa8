-- uses: begin held
-- resolve: end a case and give the conversation back to the bot, which is told by mail.
-- KEYS  1 operation (string)  2 assigned (zset)  3 the case's words (set)
-- ARGV  3 case id  4 agent  5 resolution  6 row | word, its row (optional)
-- Returns  {'resolved', case (flat hash)}, {'open', numbers}, {'unknown'}, {'closed'}, {'held', holder}
if redis.call('EXISTS', KEYS[1]) == 1 then return {'resolved', redis.call('HGETALL', P .. 'k:' .. ARGV[3])} end
local id, c, refused = ARGV[3], held(ARGV[3], ARGV[4])
if not c then return refused end
local open = {}
for _, number in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local state = redis.call('HGET', P .. 'd:' .. c, number) or ''
  if state == 'unknown' or string.sub(state, 1, 6) == 'failed' then open[#open + 1] = tonumber(number) end
end
if #open > 0 and ARGV[5] ~= 'unreachable' then return {'open', open} end
local lane, lines = lane_of(c), {0, ARGV[6]}
change(lane, 'e', lane.e + 1, 'h', 'bot', 'case', '', 'g', '')
local numbers = queue_words(lane, 7, lines)
if #numbers > 0 then redis.call('SADD', KEYS[3], unpack(numbers)) end
write(lane, lines)
save(lane)
queue_lane(lane)
local k = P .. 'k:' .. id
redis.call('HSET', k, 'status', 'resolved', 'resolution', ARGV[5], 'resolved', now, 'epoch', lane.e)
redis.call('ZREM', KEYS[2], id)
redis.call('ZADD', P .. 'resolved', now, id)
redis.call('RPUSH', P .. 'm:' .. c, now .. '|notice|0|resolved:' .. ARGV[5])
put(lane, now)
redis.call('SET', KEYS[1], id, 'EX', 86400)
event('case.resolved', c, id)
return {'resolved', redis.call('HGETALL', k)}
