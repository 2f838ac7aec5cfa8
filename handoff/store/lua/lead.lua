-- lead: become or stay the leader of something.
-- KEYS  1 leader (string)
-- ARGV  3 owner  4 lease ms  5 '0' gives it up
-- Returns  {1} leading, {0} somebody else is
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[3] then return {0} end
if ARGV[5] == '0' then redis.call('DEL', KEYS[1]) return {0} end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return {1}
