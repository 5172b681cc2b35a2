// What users of hashi-vault-js and @litehex/node-vault do, against the server at VAULT_ADDR with the root token VAULT_TOKEN.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { Client } from "@litehex/node-vault";
import HashiVault from "hashi-vault-js";

const endpoint = process.env.VAULT_ADDR;
const token = process.env.VAULT_TOKEN;
const fresh = (prefix) => `${prefix}-${randomUUID().slice(0, 8)}`;

test("hashi-vault-js: health and versioned secrets", async () => {
  const vault = new HashiVault({ https: false, baseUrl: `${endpoint}/v1`, rootPath: "secret", timeout: 5000, proxy: false });
  assert.equal((await vault.healthCheck()).sealed, false);
  const name = fresh("hashi");
  await vault.createKVSecret(token, name, { a: "b" });
  assert.equal((await vault.readKVSecret(token, name)).data.a, "b");
  await vault.updateKVSecret(token, name, { a: "c" }, 1);
  assert.equal((await vault.readKVSecret(token, name, 1)).data.a, "b");
  assert.ok((await vault.listKVSecrets(token)).keys.includes(name));
  await vault.deleteLatestVerKVSecret(token, name);
  await vault.undeleteVersionsKVSecret(token, name, [2]);
  await vault.destroyVersionsKVSecret(token, name, [1]);
  await vault.eliminateKVSecret(token, name);
});

test("@litehex/node-vault: versioned secrets, policies and mounts", async () => {
  const vault = new Client({ endpoint, token });
  const mountPath = fresh("litehex");
  assert.equal((await vault.mount({ mountPath, type: "kv-v2" })).error, undefined);
  const path = fresh("app");
  const written = await vault.kv2.write({ mountPath, path, data: { a: "b" } });
  assert.equal(written.data.data.version, 1);
  const read = await vault.kv2.read({ mountPath, path });
  assert.deepEqual(read.data.data.data, { a: "b" });
  assert.deepEqual((await vault.kv2.list({ mountPath, path: "" })).data.data.keys, [path]);
  await vault.unmount({ mountPath });
});
