-- uses: held
-- note: write a remark only agents see, once. Any agent may leave one in an open case.
-- KEYS  1 operation (string)
-- ARGV  3 case id  4 row
-- Returns  {'noted', seq}, {'unknown'}, {'closed'}
local done = redis.call('GET', KEYS[1])
if done then return {'noted', tonumber(done)} end
local c, refused = held(ARGV[3], '')
if not c then return refused end
local lane = lane_of(c)
write(lane, {0, ARGV[4]})
save(lane)
redis.call('SET', KEYS[1], lane.t, 'EX', 86400)
event('note.written', c, ARGV[3])
return {'noted', tonumber(lane.t)}
