# config/secrets.py
import hvac
import os

def get_vault_client():
    """Create authenticated Vault client."""
    client = hvac.Client(
        url=os.getenv("VAULT_ADDR", "http://localhost:8200"),
        token=os.getenv("VAULT_TOKEN"),
    )
    
    # Or use AppRole auth for production
    if os.getenv("VAULT_ROLE_ID"):
        client.auth.approle.login(
            role_id=os.getenv("VAULT_ROLE_ID"),
            secret_id=os.getenv("VAULT_SECRET_ID"),
        )
    
    return client

def load_secrets():
    """Load secrets from Vault into environment."""
    client = get_vault_client()
    
    # Read secrets from KV v2 engine
    secrets = client.secrets.kv.v2.read_secret_version(
        path="agentds/api-keys",
        mount_point="secret",
    )
    
    data = secrets["data"]["data"]
    
    os.environ["OPENAI_API_KEY"] = data.get("openai_api_key", "")
    os.environ["ANTHROPIC_API_KEY"] = data.get("anthropic_api_key", "")
    # Add other keys as needed
