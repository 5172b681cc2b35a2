# Start Vault in development mode
vault server -dev

# Set environment variables
export VAULT_ADDR='http://127.0.0.1:8200'
export VAULT_TOKEN='root'

# Enable secrets engine
vault secrets enable -path=secret kv-v2

# Apply policies
vault policy write app-policy vault-policies.hcl

# Create token for application
vault token create -policy=app-policy
