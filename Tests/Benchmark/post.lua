-- What wrk sends: webhooks of 2.5 kB, each with an eventId, a time and an order of its own.
--
--   wrk ... -s post.lua URL -- TEMPLATE KEY RUN
--
-- TEMPLATE is a body with the byte 1 where eventId, occurredAt and orderId go; RUN are eight
-- hexadecimal digits that no other run has. The last line printed is for Tests/bench.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    local parts = {}
    for part in (file:read("*a") .. "\1"):gmatch("([^\1]*)\1") do parts[#parts + 1] = part end
    file:close()
    assert(#parts == 4, "not a template")
    first, second, third, last = parts[1], parts[2], parts[3], parts[4]
    prefix = string.format("%s-%04x-4000-8000-", arguments[3], number)
    counter = 0
    local length = #first + 36 + #second + 30 + #third + 17 + #last
    head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host ..
        "\r\nContent-Type: application/json\r\nX-Api-Key: " .. arguments[2] ..
        "\r\nContent-Length: " .. length .. "\r\n\r\n" .. first .. prefix
end

function request()
    counter = counter + 1
    local event = string.format("%012x", counter)
    local time = string.format("2026-01-01T00:00:00.%09dZ", counter)
    -- Eight events an order: about what one goes through.
    local order = string.format("order-%02d-%08d", number, counter / 8)
    return head .. event .. second .. time .. third .. order .. last
end

function done(summary, latency, requests)
    local errors = summary.errors
    local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format(
        "result requests=%d seconds=%.3f bad=%d p50=%.3f p99=%.3f p999=%.3f\n",
        summary.requests, summary.duration / 1e6, bad, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3))
end
