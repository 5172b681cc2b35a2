// The server's description of itself is valid OpenAPI.
import assert from "node:assert/strict";
import test from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";

const ask = async (body) => {
  const answer = await fetch(`${process.env.VAULT_ADDR}/v1/sys/internal/specs/openapi`, {
    method: "POST", headers: { "X-Vault-Token": process.env.VAULT_TOKEN }, body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
  return answer.json();
};

for (const generic of [false, true]) {
  test(`description with generic_mount_paths ${generic} is valid`, async () => {
    const description = await ask({ generic_mount_paths: generic, context: "x" });
    const result = await new Validator().validate(description);
    assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
    // The validator knows the form; that parameters and paths belong together it does not.
    for (const [path, item] of Object.entries(description.paths))
      assert.deepEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort(), item.parameters.map((parameter) => parameter.name).sort(), path);
  });
}
