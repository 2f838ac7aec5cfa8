-- In front of every script. ARGV[1] key prefix, ARGV[2] now in ms (0 = the server's clock; only tests pass a time).
local P, now = ARGV[1], tonumber(ARGV[2])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local at = string.format('%d', now) -- numbers become strings slowly, this one in most commands

local function wake(what) -- knock for other processes; four knocks are enough for anybody
  if redis.call('LLEN', P .. 'wake:' .. what) < 4 then redis.call('RPUSH', P .. 'wake:' .. what, 1) end
end

local function event(kind, c, case) -- desks hear ids, never text; one event in 64 also sweeps out what is older than a day
  redis.call('XADD', P .. 'events', '*', 'kind', kind, 'conversation', c, 'case', case)
  if now % 64 > 0 then return end
  -- The newest of them stays: who has read it has missed nothing, however long nothing happened.
  local newest = redis.call('XREVRANGE', P .. 'events', math.max(0, now - 86400000), '-', 'COUNT', 1)[1]
  if newest then redis.call('XTRIM', P .. 'events', 'MINID', '~', newest[1]) end
end

local UNREAD = {__index = function(_, field) error('this script did not read ' .. field) end}

local function lane_of(c, ...) -- the control values of a lane a script needs: read once, changed here, saved once
  local fields, found, lane = {...}, redis.call('HMGET', P .. 'c:' .. c, ...), {c = c, changes = {}}
  for i = 1, #fields do lane[fields[i]] = found[i] or '' end
  return setmetatable(lane, UNREAD)
end

local function change(lane, ...) -- field, value, field, value ..
  local changes, parts = lane.changes, {...}
  for i = 1, #parts, 2 do
    local value = tostring(parts[i + 1])
    lane[parts[i]] = value
    changes[#changes + 1] = parts[i]
    changes[#changes + 1] = value
  end
end

local function save(lane)
  if #lane.changes > 0 then redis.call('HSET', P .. 'c:' .. lane.c, unpack(lane.changes)) end
  lane.changes = {}
end

local function put(lane, due) -- someone should think, no later than due; a leased lane is looked at again by its commit
  if lane.k == '' then
    redis.call('ZADD', P .. 'agenda:turns', 'LT', due, lane.c)
    if due <= now then wake('turns') end
  end
end

local function write(lane, lines) -- more lines {word, row, word, row ..} in the transcript
  local count, rows, last = #lines / 2, {}, tonumber(lane.t) or 0
  if count == 0 then return end
  for i = 1, count do rows[i] = string.format('%d|%s|%s|%s', last + i, at, lines[2 * i - 1], lines[2 * i]) end
  change(lane, 't', last + count)
  local length = redis.call('RPUSH', P .. 't:' .. lane.c, unpack(rows))
  if length > 550 then -- lines the archive does not have stay, within reason
    local unshelved = last + count - (tonumber(redis.call('HGET', P .. 'c:' .. lane.c, 'z') or 0) or 0)
    redis.call('LTRIM', P .. 't:' .. lane.c, -math.min(5000, math.max(500, unshelved)), -1)
  end
end
