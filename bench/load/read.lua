wrk.headers["X-Vault-Token"] = os.getenv("TOKEN")
local n = 0
request = function()
  n = n % 100 + 1
  return wrk.format("GET", "/v1/secret/data/app/s" .. n)
end
