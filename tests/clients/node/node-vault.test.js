// What users of node-vault do, against the server at VAULT_ADDR with the root token VAULT_TOKEN. Run with: node --test
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import nodeVault from "node-vault";

const endpoint = process.env.VAULT_ADDR;
const root = () => nodeVault({ apiVersion: "v1", endpoint, token: process.env.VAULT_TOKEN });
const anonymous = () => nodeVault({ apiVersion: "v1", endpoint });
const fresh = (prefix) => `${prefix}-${randomUUID().slice(0, 8)}`;

test("health, status and seal state", async () => {
  const vault = root();
  assert.equal((await vault.health()).sealed, false);
  assert.equal((await vault.status()).initialized, true);
  assert.deepEqual(await vault.initialized(), { initialized: true });
});

test("write, read, list and delete a secret", async () => {
  const vault = root();
  const path = `secret/data/${fresh("node")}`;
  await vault.write(path, { data: { value: "one" } });
  assert.equal((await vault.read(path)).data.data.value, "one");
  assert.ok((await vault.list("secret/metadata")).data.keys.includes(path.split("/").pop()));
  await vault.delete(path);
  await assert.rejects(vault.read(path), (error) => error.response.statusCode === 404);
});

test("update merges by PATCH", async () => {
  const vault = root();
  const path = `secret/data/${fresh("node")}`;
  await vault.write(path, { data: { a: 1 } });
  await vault.update(path, { data: { b: 2 } });
  assert.deepEqual((await vault.read(path)).data.data, { a: 1, b: 2 });
});

test("policies and tokens", async () => {
  const vault = root();
  const name = fresh("policy");
  await vault.addPolicy({ name, rules: `path "secret/data/${name}" { capabilities = ["read"] }` });
  assert.ok((await vault.policies()).data.policies.includes(name));
  await vault.write(`secret/data/${name}`, { data: { ok: true } });
  // The client goes on with a token that it made: hence another one.
  const { auth } = await root().tokenCreate({ policies: [name], ttl: "1h" });
  const holder = nodeVault({ endpoint, token: auth.client_token });
  assert.equal((await holder.read(`secret/data/${name}`)).data.data.ok, true);
  await assert.rejects(holder.write(`secret/data/${name}`, { data: {} }), (error) => error.response.statusCode === 403);
  await holder.tokenRenewSelf({ increment: "10m" });
  assert.equal((await holder.tokenLookupSelf()).data.policies.includes(name), true);
  await vault.tokenRevokeAccessor({ accessor: auth.accessor });
  await assert.rejects(holder.tokenLookupSelf(), (error) => error.response.statusCode === 403);
  await vault.removePolicy({ name });
});

test("mounts", async () => {
  const vault = root();
  const mount_point = fresh("kv");
  await vault.mount({ mount_point, type: "kv", options: { version: "2" } });
  assert.equal((await vault.mounts()).data[`${mount_point}/`].type, "kv");
  const to = fresh("moved");
  await vault.remount({ from: mount_point, to });
  await vault.unmount({ mount_point: to });
});

test("login by AppRole", async () => {
  const vault = root();
  const mount_point = fresh("approle");
  await vault.enableAuth({ mount_point, type: "approle", description: "tests" });
  await vault.addApproleRole({ mount_point, role_name: "app", token_policies: "default", secret_id_ttl: 600 });
  const { role_id } = (await vault.getApproleRoleId({ mount_point, role_name: "app" })).data;
  const { secret_id } = (await vault.getApproleRoleSecret({ mount_point, role_name: "app" })).data;
  const client = anonymous();
  const { auth } = await client.approleLogin({ mount_point, role_id, secret_id });
  client.token = auth.client_token;
  assert.ok((await client.tokenLookupSelf()).data.policies.includes("default"));
});

test("login by name and password", async () => {
  const vault = root();
  const mount_point = fresh("userpass");
  await vault.enableAuth({ mount_point, type: "userpass" });
  await vault.write(`auth/${mount_point}/users/alice`, { password: "pw", token_policies: "default" });
  const { auth } = await anonymous().userpassLogin({ mount_point, username: "alice", password: "pw" });
  assert.equal(auth.metadata.username, "alice");
});

test("wrap and unwrap", async () => {
  const vault = root();
  const wrapped = await vault.request({ path: "/sys/wrapping/wrap", method: "POST", headers: { "X-Vault-Wrap-TTL": "60", "X-Vault-Token": vault.token }, json: { a: "b" } });
  assert.deepEqual((await vault.unwrap({ token: wrapped.wrap_info.token })).data, { a: "b" });
});

test("audit devices", async () => {
  const vault = root();
  const name = fresh("file");
  await vault.enableAudit({ name, type: "file", options: { file_path: "discard" } });
  assert.equal((await vault.audits()).data[`${name}/`].type, "file");
  await vault.disableAudit({ name });
});
