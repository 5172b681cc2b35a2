# Verify token
vault token lookup

# Check token policies
vault token lookup -self

# Re-authenticate
vault login -method=token <token>
