# Check rotation status
python src/credential_rotation.py --status

# Manual rotation test
python src/vault_client.py --test-rotation

# Check Vault logs
vault audit list
