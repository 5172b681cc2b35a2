# Sourced before a block: a network of its own, where port 8200 is free, a log folder of its own, and our program as `vault`.
ip link set lo up
mount -t tmpfs none /var/log
mkdir -p bin
ln -sf "$REPOSITORY/dist/strongroom" bin/vault
ln -sf "$SERVER" bin/strongroom-server
export PATH="$PWD/bin:$PATH"

# What the blocks take for granted on a machine: a service called vault, a firewall, the scripts of the application.
cat > bin/start-vault <<'EOF'
#!/bin/bash
vault server -dev >server.log 2>&1 &
echo $! >server.pid
until grep -q VAULT_TOKEN server.log; do kill -0 "$(cat server.pid)" || exit 1; sleep 0.05; done
EOF
cat > bin/systemctl <<'EOF'
#!/bin/bash
[ "$*" = "restart vault" ] || exit 5
kill "$(cat server.pid)" && while kill -0 "$(cat server.pid)" 2>/dev/null; do sleep 0.05; done
start-vault
EOF
printf '#!/bin/bash\nexec "$@"\n' > bin/sudo
printf '#!/bin/bash\necho "Status: inactive"\n' > bin/ufw
printf '#!/bin/bash\necho "python $*"\n' > bin/python
# The real one would wait for more lines for ever.
printf '#!/bin/bash\n[ "$1" = -f ] && exec cat "$2"\nexec /usr/bin/tail "$@"\n' > bin/tail
chmod +x bin/start-vault bin/systemctl bin/sudo bin/ufw bin/python bin/tail

# A server as the first block leaves it, with the secrets that the others read.
prepare() {
    start-vault
    export VAULT_ADDR=http://localhost:8200 VAULT_TOKEN=root
    vault policy write app-policy "$BLOCKS/vault-policies.hcl" >/dev/null
    vault kv put secret/database/postgres username=vault_user password=vault_generated_password >/dev/null
    vault kv put secret/production/database/postgres value='{"password":"production"}' >/dev/null
}
