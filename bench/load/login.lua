local body = '{"role_id": "' .. os.getenv("ROLE") .. '", "secret_id": "' .. os.getenv("SECRET") .. '"}'
request = function() return wrk.format("POST", "/v1/auth/approle/login", nil, body) end
