# Restart Vault service
sudo systemctl restart vault

# Verify connectivity
vault status
