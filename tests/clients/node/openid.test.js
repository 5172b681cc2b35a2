// A login in a browser at a certified OpenID provider (panva/node-oidc-provider), with a cookie jar in the place of the browser.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";

const vault = process.env.VAULT_ADDR;
const root = process.env.VAULT_TOKEN;
const callback = "http://localhost:8250/oidc/callback";
let server;
let issuer;

const account = {
  accountId: "ada",
  claims: async () => ({ sub: "ada", email: "ada@example.com", email_verified: true, groups: ["engineering", "people"] }),
};

before(async () => {
  const { createServer } = await import("node:http");
  let provider;
  server = createServer((request, response) => provider.callback()(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [
      { client_id: "vault", client_secret: "a secret: with/odd+characters", redirect_uris: [callback] },
      { client_id: "vault-post", client_secret: "another-secret", redirect_uris: [callback], token_endpoint_auth_method: "client_secret_post" },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    pkce: { required: () => true },
    findAccount: async () => account,
    cookies: { keys: ["only for this test"] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 60, Interaction: 60, Session: 60 },
  });
});

after(() => server.close());

async function call(method, path, body, token = root) {
  const response = await fetch(`${vault}/v1/${path}`, { method, headers: token ? { "X-Vault-Token": token } : {}, body: body && JSON.stringify(body) });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  return { status: response.status, ...answer };
}

/** Follows the pages of the provider as a person would, up to the address that leads back. */
async function visit(url) {
  const jar = new Map();
  let request = { url, method: "GET" };
  for (let step = 0; step < 12; step++) {
    if (request.url.startsWith(callback)) return Object.fromEntries(new URL(request.url).searchParams);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(request.url, {
      method: request.method,
      redirect: "manual",
      headers: { cookie, ...(request.body && { "content-type": "application/x-www-form-urlencoded" }) },
      body: request.body,
    });
    for (const set of response.headers.getSetCookie()) jar.set(...set.split(";")[0].split(/=(.*)/s).slice(0, 2));
    if (response.status >= 300 && response.status < 400) {
      request = { url: new URL(response.headers.get("location"), request.url).href, method: "GET" };
      continue;
    }
    const page = await response.text();
    assert.equal(response.status, 200, page);
    const action = page.match(/action="([^"]+)"/)[1];
    const prompt = page.match(/name="prompt" value="([^"]+)"/)[1];
    request = { url: new URL(action, request.url).href, method: "POST", body: new URLSearchParams({ prompt, ...(prompt === "login" && { login: "ada", password: "x" }) }).toString() };
  }
  assert.fail("the provider never sent the browser back");
}

async function mount(name, client, secret) {
  await call("POST", `sys/auth/${name}`, { type: "oidc" });
  const config = await call("POST", `auth/${name}/config`, { oidc_discovery_url: issuer, oidc_client_id: client, oidc_client_secret: secret });
  assert.equal(config.status, 204, JSON.stringify(config));
  const role = { user_claim: "email", groups_claim: "groups", oidc_scopes: ["email", "groups"], allowed_redirect_uris: [callback], bound_claims: { email_verified: true }, token_policies: ["people"] };
  assert.equal((await call("POST", `auth/${name}/role/people`, role)).status, 200);
}

async function begin(name) {
  const answer = await call("POST", `auth/${name}/oidc/auth_url`, { role: "people", redirect_uri: callback, client_nonce: "mine" }, null);
  assert.equal(answer.status, 200);
  return answer.data.auth_url;
}

const end = (name, back) => call("GET", `auth/${name}/oidc/callback?${new URLSearchParams({ ...back, client_nonce: "mine" })}`, undefined, null);

for (const [name, client, secret] of [["oidc-basic", "vault", "a secret: with/odd+characters"], ["oidc-post", "vault-post", "another-secret"]]) {
  test(`login by ${name} gives the policies of the role and of the provider's groups`, async () => {
    await mount(name, client, secret);
    const accessor = (await call("GET", `sys/auth/${name}`)).data.accessor;
    const group = (await call("POST", "identity/group", { name: `${name}-engineers`, type: "external", policies: ["engineer"] })).data.id;
    await call("POST", "identity/group-alias", { name: "engineering", mount_accessor: accessor, canonical_id: group });
    const login = await end(name, await visit(await begin(name)));
    assert.equal(login.status, 200, JSON.stringify(login));
    assert.deepEqual(login.auth.token_policies, ["default", "people"]);
    assert.deepEqual(login.auth.identity_policies, ["engineer"]);
    const self = await call("GET", "auth/token/lookup-self", undefined, login.auth.client_token);
    assert.equal(self.data.display_name, `${name}-ada@example.com`);
  });
}

test("a wrong secret and a code that was used are refused by the provider", async () => {
  await mount("oidc-wrong", "vault", "wrong");
  const refused = await end("oidc-wrong", await visit(await begin("oidc-wrong")));
  assert.deepEqual(refused.errors, ['Vault login failed. Error exchanging oidc code: "invalid_client".']);
  await mount("oidc-twice", "vault", "a secret: with/odd+characters");
  const back = await visit(await begin("oidc-twice"));
  assert.equal((await end("oidc-twice", back)).status, 200);
  const other = new URL(await begin("oidc-twice")).searchParams.get("state");
  assert.deepEqual((await end("oidc-twice", { ...back, state: other })).errors, ['Vault login failed. Error exchanging oidc code: "invalid_grant".']);
});
