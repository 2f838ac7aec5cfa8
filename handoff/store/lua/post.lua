-- post: put mail of the house itself into a lane, once.
-- KEYS  1 operation (string)
-- ARGV  3 conversation  4 kind  5 raw
-- Returns  {1} posted, {0} this operation was seen before
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', '86400') then return {0} end
redis.call('RPUSH', P .. 'm:' .. ARGV[3], at .. '|' .. ARGV[4] .. '|0|' .. ARGV[5])
put(lane_of(ARGV[3], 'k'), now)
return {1}
