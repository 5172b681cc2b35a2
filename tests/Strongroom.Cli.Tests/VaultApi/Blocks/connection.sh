# Check Vault status
vault status

# Verify Vault is running
ps aux | grep vault

# Check network connectivity
curl http://localhost:8200/v1/sys/health

# Check firewall settings
sudo ufw status
