wrk.headers["X-Vault-Token"] = os.getenv("ROOT")
request = function() return wrk.format("POST", "/v1/auth/token/create", nil, '{"policies": ["app"], "ttl": "1h"}') end
