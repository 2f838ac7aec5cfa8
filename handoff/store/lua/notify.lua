-- uses: words
-- notify: queue a notice of the house in a lane, once; its transcript is not written.
-- KEYS  1 operation (string)
-- ARGV  3 conversation  4 word  5 its row
-- Returns  {1} queued, {0} this operation was seen before
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', 86400) then return {0} end
local lane = lane_of(ARGV[3], 'e', 'q')
local _, first = queue_words(lane, 4, {})
save(lane)
queue_lane(lane, first)
return {1}
