wrk.headers["X-Vault-Token"] = os.getenv("TOKEN")
local n = 0
request = function()
  n = n + 1
  return wrk.format("POST", "/v1/secret/data/load/w" .. n % 5000, nil, '{"data": {"password": "one-two-three-four", "username": "application"}}')
end
