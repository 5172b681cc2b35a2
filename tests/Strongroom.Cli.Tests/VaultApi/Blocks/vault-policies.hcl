# vault-policies.hcl
# Policy for application access
policy "app-policy" {
  rules = <<EOT
path "secret/data/*" {
  capabilities = ["read", "list"]
}
path "secret/data/database/*" {
  capabilities = ["read", "create", "update", "delete"]
}
path "secret/data/api-keys/*" {
  capabilities = ["read", "create", "update", "delete"]
}
path "secret/data/storage/*" {
  capabilities = ["read", "create", "update", "delete"]
}
EOT
}
