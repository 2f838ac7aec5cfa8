-- Beginning a word: the last check before it is said. Answers are withdrawn under an agent, old words expire, nobody is
-- told the same thing a third time, and Telegram's budgets are kept.
local function parked(c) -- leased, or asked to wait: new words do not cut that short
  return tonumber(redis.call('ZSCORE', P .. 'agenda:sends', c) or 0) > now
end

local function bucket(filled, burst, step) -- when has a budget room again, and how full will it be then
  local full = tonumber(filled) or 0
  if full > now + burst * step then full = now + (burst - 1) * step end -- the clock went back: no bucket is fuller than full
  return full - math.max(0, burst - 1) * step, math.max(full, now) + step
end

local function total_at(limits) -- when may the bot speak next, to anybody
  return bucket(pulse[2], limits.total, 1000 / limits.total)
end

local REOPENED = '{"a":"system","t":"reopened","k":"event"}'

local function reopen(lane, number) -- an agent's last words did not arrive: their case waits again, at its old rank
  local id = redis.call('LINDEX', P .. 'h:' .. lane.c, -1)
  if not id or redis.call('SISMEMBER', P .. 'w:' .. id, number) == 0 then return end
  local k = P .. 'k:' .. id
  change(lane, 'h', 'queue', 'e', (tonumber(lane.e) or 0) + 1, 'case', id, 'g', '')
  redis.call('HSET', k, 'status', 'waiting', 'agent', '', 'epoch', lane.e)
  redis.call('HDEL', k, 'resolved', 'resolution') -- but not its operation: repeated, it ends nothing again
  local case = redis.call('HMGET', k, 'rank', 'opened', 'claimed')
  local ended = id .. '|' .. case[2] .. '|' .. case[3]
  redis.call('ZREM', P .. 'ended', ended)
  redis.call('ZADD', P .. 'ended', at, ended .. '|back')
  redis.call('ZADD', P .. 'queue', case[1], id)
  local seq = redis.call('HINCRBY', P .. 'c:' .. lane.c, 't', 1)
  redis.call('RPUSH', P .. 't:' .. lane.c, seq .. '|' .. now .. '|0|' .. REOPENED)
  event('case.reopened', lane.c, id)
end

local function fell(lane, number, kind, how) -- words were refused for good, or nobody knows: that ends in a decision
  if kind == 'a' and lane.h ~= 'agent' then
    redis.call('RPUSH', P .. 'm:' .. lane.c, now .. '|undelivered|0|' .. number .. ':' .. how)
    put(lane, now)
  elseif kind == 'p' and lane.case == '' then
    reopen(lane, number)
  end
end

local function lane_to_speak(c) -- what beginning a word reads
  return lane_of(c, 'k', 'e', 'h', 'K', 'O', 'R', 'y', 'a', 'u', 'case')
end

local function stand_in_class() -- a lane that was parked or leased is due by the plain time; from now on it stands in its class
  local sends = P .. 'agenda:sends'
  for _, c in ipairs(redis.call('ZRANGEBYSCORE', sends, '(' .. now - HEAD_START.n, now, 'LIMIT', 0, 200)) do
    local row = redis.call('LINDEX', P .. 'o:' .. c, 0)
    if row then redis.call('ZINCRBY', sends, -HEAD_START[string.match(row, '^%d+|(%a)')], c) end
  end
end

local function begin(lane, limits, lend, row) -- {number, kind, body, attempt}, or nil when nothing may be said now
  -- What only this needs is made only here: most commits begin nothing.
  local function group_at(c, limits) -- a group's minute is a window: what counts is the time of the 20th send before
    local sent = tonumber(redis.call('LINDEX', P .. 'g:' .. c, -limits.group) or 0)
    if sent == 0 or sent > now then return 0 end
    return sent + 60200
  end

  local function spend(c, limits)
    local _, total = total_at(limits)
    pulse[2] = string.format('%.3f', total)
    redis.call('HSET', P .. 'pulse', 'total', pulse[2])
    if string.find(c, '--', 1, true) then
      redis.call('RPUSH', P .. 'g:' .. c, at)
      redis.call('LTRIM', P .. 'g:' .. c, -limits.group, -1)
      redis.call('EXPIRE', P .. 'g:' .. c, 120)
    end
  end

  local function refusal(kind, attempts, holder, expires) -- why a word may not be said any more
    if attempts >= 2 then return 'unknown' end
    if kind == 'a' and holder == 'agent' then return attempts > 0 and 'unknown' or 'withdrawn' end
    if attempts == 0 and expires > 0 and now > expires then return 'expired' end
  end

  local function drop(lane, number, kind, why) -- settle the lane's first word without saying it
    redis.call('LPOP', P .. 'o:' .. lane.c)
    redis.call('HSET', P .. 'd:' .. lane.c, number, why)
    if why == 'expired' and kind == 'a' then
      redis.call('RPUSH', P .. 'm:' .. lane.c, at .. '|expired|0|' .. number)
      put(lane, now)
    end
    if why == 'unknown' then fell(lane, number, kind, why) end
    if lane.case ~= '' then event('words.' .. why, lane.c, lane.case) end
  end

  local function free_at(lane, limits) -- when may the chat's next word be said, and how full is its budget then
    local chat, budget = bucket(lane.a, limits.burst, 1000 / limits.chat)
    local free = math.max(chat, (total_at(limits)))
    if string.find(lane.c, '--', 1, true) then free = math.max(free, group_at(lane.c, limits)) end
    return free, budget
  end

  local function gives_way(kind) -- when the total budget is short, a word that was never on the agenda lets those before it go first
    if (tonumber(pulse[2]) or 0) - now < 500 then return false end -- more than half of the budget is left
    stand_in_class()
    local before = redis.call('ZRANGE', P .. 'agenda:sends', 0, 0, 'WITHSCORES')[2]
    return before and tonumber(before) < now - HEAD_START[kind]
  end

  keep_time() -- lend: {token, owner, ms, fused: not from the agenda}; row: the lane's first word, where it is known already (false: there is none)
  if row == nil then row = redis.call('LINDEX', P .. 'o:' .. lane.c, 0) end
  while row do
    local number, kind, expires, body = string.match(row, '^(%d+)|(%a)|%d+|(%d+)|(.*)$')
    local tried, attempts = string.match(lane.y, '^(%d+):(%d+)$')
    attempts = tried == number and tonumber(attempts) or 0
    local why = refusal(kind, attempts, lane.h, tonumber(expires))
    if why then
      drop(lane, number, kind, why)
    else
      local free, budget = free_at(lane, limits)
      local waits = free > now
      if waits or (lend.fused and gives_way(kind)) then
        change(lane, 'K', '', 'O', '')
        save(lane)
        redis.call('ZADD', P .. 'agenda:sends', waits and math.ceil(free) or now - HEAD_START[kind], lane.c)
        if not waits then wake('sends') end
        return nil
      end
      spend(lane.c, limits)
      change(lane, 'K', lend.token, 'O', lend.owner, 'y', number .. ':' .. attempts + 1, 'a', string.format('%d', budget))
      save(lane)
      redis.call('ZADD', P .. 'agenda:sends', now + lend.ms, lane.c)
      return {number, kind, body, attempts + 1}
    end
    row = redis.call('LINDEX', P .. 'o:' .. lane.c, 0)
  end
  change(lane, 'K', '', 'O', '', 'y', '')
  save(lane)
  redis.call('ZREM', P .. 'agenda:sends', lane.c)
  return nil
end
