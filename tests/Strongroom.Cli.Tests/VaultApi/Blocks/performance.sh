# Check Vault performance
vault read sys/metrics

# Monitor storage usage
vault read sys/storage/raft/configuration

# Tune Vault performance
export VAULT_MAX_REQUEST_SIZE=128MB
export VAULT_MAX_REQUEST_DURATION=30s
