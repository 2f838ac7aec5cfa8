-- A case as it is kept: read once, and told as changed. It is told in one string, for each value of a reply costs as much
-- as a small command.
local function case_of(id) -- nil when there is none
  local flat, case = redis.call('HGETALL', P .. 'k:' .. id), {id = id}
  if #flat == 0 then return nil end
  for i = 1, #flat, 2 do case[flat[i]] = flat[i + 1] end
  case.flat = flat
  return case
end

local function set(case, ...) -- field, value, field, value ..
  redis.call('HSET', P .. 'k:' .. case.id, ...)
  for _, part in ipairs({...}) do case.flat[#case.flat + 1] = part end
end

local function told(case) -- field NUL value NUL ..; of two values of a field the later one counts
  return table.concat(case.flat, '\0')
end

local function refusal_of(case, agent) -- why this agent may not act in it
  if not case then return {'unknown'} end
  if case.status == 'resolved' then return {'closed'} end
  if agent ~= '' and (case.status ~= 'assigned' or case.agent ~= agent) then
    return {'held', case.status == 'assigned' and case.agent or ''}
  end
end
