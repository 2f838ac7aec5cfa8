-- uses: begin
-- interim: say something before the turn is done, under its token; the mail stays.
-- KEYS  1 control (hash)
-- ARGV  3 conversation  4 token  5 epoch | (word, its row)*
-- Returns  {1} queued, {0} somebody else's turn now, or this turn has spoken before
local c, h = ARGV[3], redis.call('HMGET', KEYS[1], 'k', 'e', 'i')
if h[1] ~= ARGV[4] or (h[2] or '0') ~= ARGV[5] or h[3] == ARGV[4] then return {0} end
redis.call('HSET', KEYS[1], 'i', ARGV[4])
local lines = {}
queue_words(c, ARGV[5], 6, lines)
write(c, lines)
if lane_idle(c) then queue_lane(c) end
return {1}
