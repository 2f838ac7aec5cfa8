-- uses: case
-- retract: take an agent's word back: withdrawn if nobody began it, else no longer waited for.
-- KEYS  1 case words (set)
-- ARGV  3 case id  4 agent  5 number
-- Returns  {'done', state}, {'unknown'}, {'closed'}, {'held', holder}
local case = case_of(ARGV[3])
local refused = refusal_of(case, ARGV[4])
if refused then return refused end
local c = case.conversation
local state = redis.call('HGET', P .. 'd:' .. c, ARGV[5])
if redis.call('SISMEMBER', KEYS[1], ARGV[5]) == 0 then return {'done', state or 'sending'} end -- not this case's
local trying = string.match(redis.call('HGET', P .. 'c:' .. c, 'y') or '', '^(%d+):[1-9]')
if not state and trying ~= ARGV[5] then
  for _, row in ipairs(redis.call('LRANGE', P .. 'o:' .. c, 0, -1)) do
    if string.match(row, '^(%d+)|') == ARGV[5] then
      redis.call('LREM', P .. 'o:' .. c, 1, row)
      redis.call('HSET', P .. 'd:' .. c, ARGV[5], 'withdrawn')
      state = 'withdrawn'
    end
  end
end
if state then redis.call('SREM', KEYS[1], ARGV[5]) end
event('words.retracted', c, ARGV[3])
return {'done', state or 'sending'}
