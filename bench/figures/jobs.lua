-- SPDX-License-Identifier: GPL-3.0-or-later
-- For wrk: each request is a job of its own, and is answered when that is done.
wrk.method = "POST"
wrk.headers["Prefer"] = "wait=10"

local next = os.time() * 1000000
function request()
   next = next + 1
   return wrk.format(nil, nil, nil, '{"n":"' .. string.format("%d", next) .. '"}')
end
