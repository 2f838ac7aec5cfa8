-- touch_session: keep a desk session alive; one that was closed meanwhile does not come back.
-- KEYS  1 session (hash)
-- ARGV  3 seen at, ms
-- Returns  {1} kept, {0} closed
if redis.call('EXISTS', KEYS[1]) == 0 then return {0} end
redis.call('HSET', KEYS[1], 'seen', ARGV[3])
return {1}
