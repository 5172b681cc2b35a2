# Verify secret exists
vault read secret/data/database/postgres

# Check permissions
vault policy read app-policy

# Test access with correct token
vault read -field=password secret/data/database/postgres
