-- uses: words case
-- say: accept an agent's words for delivery, once.
-- KEYS  1 operation (string)  2 the case's words (set)
-- ARGV  3 case id  4 agent | (word, its row)*
-- Returns  {'said', numbers}, {'unknown'}, {'closed'}, {'held', holder}
local done = redis.call('GET', KEYS[1])
if done then return {'said', cjson.decode(done)} end
local case = case_of(ARGV[3], 'answered')
local refused = refusal_of(case, ARGV[4])
if refused then return refused end
local lane, lines = lane_of(case.conversation, 'e', 'q', 't'), {}
local numbers, first = queue_words(lane, 5, lines)
write(lane, lines)
save(lane)
redis.call('SADD', KEYS[2], unpack(numbers))
queue_lane(lane, first)
if not case.answered then set(case, 'answered', at) end
redis.call('SET', KEYS[1], cjson.encode(numbers), 'EX', '86400')
event('words.accepted', lane.c, ARGV[3])
return {'said', numbers}
