-- uses: words
-- interim: say something before the turn is done, under its token; the mail stays.
-- ARGV  3 conversation  4 token  5 epoch | (word, its row)*
-- Returns  {1} queued, {0} somebody else's turn now, or this turn has spoken before
local lane, lines = lane_of(ARGV[3], 'k', 'e', 'i', 'q', 't'), {}
if lane.k ~= ARGV[4] or (tonumber(lane.e) or 0) ~= tonumber(ARGV[5]) or lane.i == ARGV[4] then return {0} end
change(lane, 'i', ARGV[4])
local _, first = queue_words(lane, 6, lines)
write(lane, lines)
save(lane)
queue_lane(lane, first)
return {1}
