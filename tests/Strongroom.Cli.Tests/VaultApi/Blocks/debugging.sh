# Enable debug logging
vault audit enable file file_path=/var/log/vault_audit.log

# Check Vault health
vault operator raft list-peers

# View audit logs
tail -f /var/log/vault_audit.log
