-- uses: case
-- note: write a remark only agents see, once. Any agent may leave one in an open case.
-- KEYS  1 operation (string)
-- ARGV  3 case id  4 row
-- Returns  {'noted', seq}, {'unknown'}, {'closed'}
local done = redis.call('GET', KEYS[1])
if done then return {'noted', tonumber(done)} end
local case = case_of(ARGV[3])
local refused = refusal_of(case, '')
if refused then return refused end
local lane = lane_of(case.conversation, 't')
write(lane, {'0', ARGV[4]})
save(lane)
redis.call('SET', KEYS[1], lane.t, 'EX', '86400')
event('note.written', lane.c, ARGV[3])
return {'noted', tonumber(lane.t)}
