# Revoke compromised token
vault token revoke <compromised_token>

# Generate new token
vault token create -policy=app-policy
