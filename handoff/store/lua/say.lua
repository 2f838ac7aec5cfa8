-- uses: begin held
-- say: accept an agent's words for delivery, once.
-- KEYS  1 operation (string)  2 case (hash)  3 the case's words (set)
-- ARGV  3 case id  4 agent | (word, its row)*
-- Returns  {'said', numbers}, {'unknown'}, {'closed'}, {'held', holder}
local done = redis.call('GET', KEYS[1])
if done then return {'said', cjson.decode(done)} end
local c, refused = held(ARGV[3], ARGV[4])
if not c then return refused end
local lane, lines = lane_of(c), {}
local numbers = queue_words(lane, 5, lines)
write(lane, lines)
save(lane)
redis.call('SADD', KEYS[3], unpack(numbers))
redis.call('HSETNX', KEYS[2], 'answered', now)
queue_lane(lane)
redis.call('SET', KEYS[1], cjson.encode(numbers), 'EX', 86400)
event('words.accepted', c, ARGV[3])
return {'said', numbers}
