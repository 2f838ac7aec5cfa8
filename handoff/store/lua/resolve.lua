-- uses: words case
-- resolve: end a case and give the conversation back to the bot, which is told by mail.
-- KEYS  1 assigned (zset)  2 the case's words (set)
-- ARGV  3 case id  4 agent  5 resolution  6 operation  7 row  8 last line read or 0 | word, its row (optional)
-- Returns  {'resolved'}, {'open', numbers}, {'wrote'}, {'unknown'}, {'closed'}, {'held', holder}
local id, case = ARGV[3], case_of(ARGV[3], 'answered', 'resolved_by', 'opened', 'claimed')
if case and case.resolved_by == ARGV[6] then return {'resolved'} end
local refused = refusal_of(case, ARGV[4])
if refused then return refused end
local c, open = case.conversation, {}
for _, number in ipairs(case.answered and redis.call('SMEMBERS', KEYS[2]) or {}) do
  local state = redis.call('HGET', P .. 'd:' .. c, number) or ''
  if state == 'unknown' or string.sub(state, 1, 6) == 'failed' then open[#open + 1] = tonumber(number) end
end
if #open > 0 and ARGV[5] ~= 'unreachable' then return {'open', open} end
local seen = tonumber(ARGV[8])
for _, line in ipairs(seen > 0 and redis.call('LRANGE', P .. 't:' .. c, -50, -1) or {}) do
  local seq, author = string.match(line, '^(%d+)|.-|{"a":"(%a+)"')
  if author == 'contact' and tonumber(seq) > seen then return {'wrote'} end -- nobody would answer it
end
local lane, lines = lane_of(c, 'e', 'k', 'q', 't'), {'0', ARGV[7]}
change(lane, 'e', lane.e + 1, 'h', 'bot', 'case', '', 'g', '')
local numbers, first = queue_words(lane, 9, lines)
if #numbers > 0 then redis.call('SADD', KEYS[2], unpack(numbers)) end
write(lane, lines)
save(lane)
queue_lane(lane, first)
set(case, 'status', 'resolved', 'resolution', ARGV[5], 'resolved', at, 'epoch', lane.e, 'resolved_by', ARGV[6])
redis.call('ZREM', KEYS[1], id)
redis.call('ZADD', P .. 'ended', at, id .. '|' .. case.opened .. '|' .. case.claimed)
redis.call('RPUSH', P .. 'm:' .. c, at .. '|notice|0|resolved:' .. ARGV[5])
put(lane, now)
event('case.resolved', c, id)
return {'resolved'}
