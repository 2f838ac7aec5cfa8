-- A case as it is kept: read once, changed here and there at once, and its flat list for the reply.
local function case_of(id) -- nil when there is none
  local flat, case = redis.call('HGETALL', P .. 'k:' .. id), {id = id}
  if #flat == 0 then return nil end
  for i = 1, #flat, 2 do case[flat[i]] = flat[i + 1] end
  case.flat = flat
  return case
end

local function set(case, ...) -- field, value, field, value ..; a later value counts for who reads the reply
  redis.call('HSET', P .. 'k:' .. case.id, ...)
  for _, part in ipairs({...}) do case.flat[#case.flat + 1] = tostring(part) end
end

local function refusal_of(case, agent) -- why this agent may not act in it
  if not case then return {'unknown'} end
  if case.status == 'resolved' then return {'closed'} end
  if agent ~= '' and (case.status ~= 'assigned' or case.agent ~= agent) then
    return {'held', case.status == 'assigned' and case.agent or ''}
  end
end
