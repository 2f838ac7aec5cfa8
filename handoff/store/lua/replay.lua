-- replay: put a dead letter back where it came from, once.
-- KEYS  1 dead (stream)
-- ARGV  3 letter's id
-- Returns  {its kind}, {''} there is none
local found = redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if not found then return {''} end
local letter = {}
for i = 1, #found[2], 2 do letter[found[2][i]] = found[2][i + 1] end
if letter.kind == 'mail' then
  redis.call('RPUSH', P .. 'm:' .. letter.conversation, letter.raw)
  if (redis.call('HGET', P .. 'c:' .. letter.conversation, 'k') or '') == '' then
    redis.call('ZADD', P .. 'agenda:turns', 'LT', now, letter.conversation)
    wake('turns')
  end
elseif letter.kind == 'chore' then
  redis.call('RPUSH', P .. 'chores', letter.raw)
  wake('chores')
else
  redis.call('RPUSH', P .. 'replays', letter.raw)
  wake('replays')
end
redis.call('XDEL', KEYS[1], ARGV[3])
return {letter.kind}
