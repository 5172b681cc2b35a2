"""What users of hvac do, against the server at VAULT_ADDR with the root token VAULT_TOKEN. Run with: python3 -m unittest suite -v"""
import os
import unittest
import urllib.parse
import uuid

import hvac
import hvac.exceptions


def root():
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


def fresh(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def wrap(client):
    """hvac has no call of its own for sys/wrapping/wrap."""
    return client.write("sys/wrapping/wrap", wrap_ttl="60s", a="b")


class System(unittest.TestCase):
    def setUp(self):
        self.client = root()

    def test_status(self):
        self.assertTrue(self.client.is_authenticated())
        self.assertTrue(self.client.sys.is_initialized())
        self.assertFalse(self.client.sys.is_sealed())
        self.assertEqual(self.client.sys.read_health_status(method="GET")["sealed"], False)
        self.assertEqual(self.client.sys.read_health_status(method="HEAD").status_code, 200)
        self.assertEqual(self.client.sys.read_seal_status()["type"], "shamir")
        self.assertIn("ha_enabled", self.client.sys.read_leader_status())

    def test_policies(self):
        name = fresh("policy")
        text = 'path "secret/data/app/*" { capabilities = ["read"] }'
        self.client.sys.create_or_update_policy(name, text)
        self.assertIn(name, self.client.sys.list_policies()["data"]["policies"])
        self.assertEqual(self.client.sys.read_policy(name)["data"]["rules"], text)
        self.client.sys.delete_policy(name)
        with self.assertRaises(hvac.exceptions.InvalidPath):
            self.client.sys.read_policy(name)

    def test_policy_as_object(self):
        name = fresh("policy")
        self.client.sys.create_or_update_policy(name, {"path": {"secret/*": {"capabilities": ["list"]}}})
        self.assertIn("secret/*", self.client.sys.read_policy(name)["data"]["rules"])

    def test_broken_policy_is_refused(self):
        with self.assertRaises(hvac.exceptions.InvalidRequest) as caught:
            self.client.sys.create_or_update_policy(fresh("policy"), 'path "x" { capabilities = ["fly"] }')
        self.assertIn("failed to parse policy", str(caught.exception))

    def test_mounts(self):
        path = fresh("kv")
        self.client.sys.enable_secrets_engine("kv", path=path, options={"version": "2"}, description="tests")
        mounts = self.client.sys.list_mounted_secrets_engines()["data"]
        self.assertEqual(mounts[path + "/"]["options"], {"version": "2"})
        self.client.sys.tune_mount_configuration(path, default_lease_ttl="1h", max_lease_ttl="2h", description="tuned")
        tuned = self.client.sys.read_mount_configuration(path)["data"]
        self.assertEqual((tuned["default_lease_ttl"], tuned["max_lease_ttl"], tuned["description"]), (3600, 7200, "tuned"))
        moved = fresh("moved")
        self.client.secrets.kv.v2.create_or_update_secret("a", {"b": "c"}, mount_point=path)
        self.client.sys.move_backend(path, moved)
        self.assertEqual(self.client.secrets.kv.v2.read_secret_version("a", mount_point=moved)["data"]["data"], {"b": "c"})
        self.client.sys.disable_secrets_engine(moved)
        self.assertNotIn(moved + "/", self.client.sys.list_mounted_secrets_engines()["data"])
        with self.assertRaises(hvac.exceptions.InvalidRequest):
            self.client.sys.enable_secrets_engine("kv", path="secret")

    def test_capabilities(self):
        token = self.client.auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
        self.assertEqual(self.client.sys.get_capabilities(["secret/data/x"], token=token)["data"]["secret/data/x"], ["deny"])
        self.assertEqual(self.client.sys.get_capabilities(["secret/data/x"])["data"]["capabilities"], ["root"])

    def test_wrapping(self):
        wrapped = wrap(self.client)
        token = wrapped["wrap_info"]["token"]
        self.assertEqual(self.client.sys.unwrap(token)["data"], {"a": "b"})
        with self.assertRaises(hvac.exceptions.InvalidRequest):
            self.client.sys.unwrap(token)

    def test_unwrap_by_the_wrapping_token_itself(self):
        token = wrap(self.client)["wrap_info"]["token"]
        self.assertEqual(hvac.Client(url=os.environ["VAULT_ADDR"], token=token).sys.unwrap()["data"], {"a": "b"})

    def test_leases(self):
        token = self.client.auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
        child = hvac.Client(url=os.environ["VAULT_ADDR"], token=token)
        self.assertTrue(child.is_authenticated())
        keys = self.client.sys.list_leases("auth/token/create")["data"]["keys"]
        for key in keys:
            self.assertEqual(self.client.sys.read_lease("auth/token/create/" + key)["data"]["id"], "auth/token/create/" + key)
        self.client.sys.revoke_prefix("auth/token/create")
        self.assertFalse(child.is_authenticated())

    def test_audit_devices(self):
        path = fresh("audit")
        self.client.sys.enable_audit_device("file", path=path, options={"file_path": "discard"})
        self.assertIn(path + "/", self.client.sys.list_enabled_audit_devices()["data"])
        self.assertTrue(self.client.sys.calculate_hash(path, "text")["data"]["hash"].startswith("hmac-sha256:"))
        self.client.sys.disable_audit_device(path)

    def test_random_bytes(self):
        self.assertEqual(len(self.client.write("sys/tools/random/16", format="hex")["data"]["random_bytes"]), 32)

    def test_raft(self):
        self.assertIn("servers", self.client.sys.read_raft_config()["data"]["config"])
        snapshot = self.client.sys.take_raft_snapshot()
        self.assertEqual(snapshot.status_code, 200)
        self.assertTrue(len(snapshot.content) > 100)


class Kv2(unittest.TestCase):
    def setUp(self):
        self.client = root()
        self.kv = self.client.secrets.kv.v2
        self.path = fresh("app") + "/db"

    def test_versions(self):
        self.assertEqual(self.kv.create_or_update_secret(self.path, {"password": "one"})["data"]["version"], 1)
        self.kv.create_or_update_secret(self.path, {"password": "two"}, cas=1)
        with self.assertRaises(hvac.exceptions.InvalidRequest) as caught:
            self.kv.create_or_update_secret(self.path, {"password": "three"}, cas=1)
        self.assertIn("check-and-set parameter did not match the current version", str(caught.exception))
        self.assertEqual(self.kv.read_secret_version(self.path)["data"]["data"], {"password": "two"})
        self.assertEqual(self.kv.read_secret_version(self.path, version=1)["data"]["data"], {"password": "one"})
        self.kv.patch(self.path, {"user": "u"})
        self.assertEqual(self.kv.read_secret(self.path)["data"]["data"], {"password": "two", "user": "u"})

    def test_delete_undelete_destroy(self):
        self.kv.create_or_update_secret(self.path, {"a": "b"})
        self.kv.delete_latest_version_of_secret(self.path)
        with self.assertRaises(hvac.exceptions.InvalidPath):
            self.kv.read_secret_version(self.path)
        self.kv.undelete_secret_versions(self.path, [1])
        self.assertEqual(self.kv.read_secret_version(self.path)["data"]["data"], {"a": "b"})
        self.kv.destroy_secret_versions(self.path, [1])
        self.assertTrue(self.kv.read_secret_metadata(self.path)["data"]["versions"]["1"]["destroyed"])
        self.kv.delete_metadata_and_all_versions(self.path)
        with self.assertRaises(hvac.exceptions.InvalidPath):
            self.kv.read_secret_metadata(self.path)

    def test_metadata_and_list(self):
        self.kv.create_or_update_secret(self.path, {"a": "b"})
        self.kv.update_metadata(self.path, max_versions=3, cas_required=True, delete_version_after="24h")
        self.client.write("secret/metadata/" + self.path, custom_metadata={"owner": "team"})
        metadata = self.kv.read_secret_metadata(self.path)["data"]
        self.assertEqual((metadata["max_versions"], metadata["cas_required"], metadata["custom_metadata"]), (3, True, {"owner": "team"}))
        self.assertEqual(self.kv.list_secrets(self.path.split("/")[0])["data"]["keys"], ["db"])
        with self.assertRaises(hvac.exceptions.InvalidPath):
            self.kv.list_secrets(fresh("nothing"))

    def test_configuration(self):
        mount = fresh("kv")
        self.client.sys.enable_secrets_engine("kv-v2", path=mount)
        self.kv.configure(max_versions=5, cas_required=True, mount_point=mount)
        configuration = self.kv.read_configuration(mount_point=mount)["data"]
        self.assertEqual((configuration["max_versions"], configuration["cas_required"]), (5, True))

    def test_values_keep_their_types(self):
        value = {"text": "ü", "number": 1.5, "flag": True, "none": None, "list": [1, "two"], "object": {"deep": {"er": 1}}}
        self.kv.create_or_update_secret(self.path, value)
        self.assertEqual(self.kv.read_secret_version(self.path)["data"]["data"], value)

    def test_names_with_odd_characters(self):
        for name in ("a b", "ü", "50%", "a.b", "a+b", "a&b=c", "a#b", "a?b"):
            path = f"{self.path}/{name}"
            self.client.adapter.post("/v1/secret/data/" + "/".join(urllib.parse.quote(part, safe="") for part in path.split("/")), json={"data": {"n": name}})
            self.assertIn(name, self.kv.list_secrets(self.path)["data"]["keys"])


class Kv1(unittest.TestCase):
    def test_life(self):
        client, mount = root(), fresh("kv1")
        client.sys.enable_secrets_engine("kv", path=mount, options={"version": "1"})
        kv = client.secrets.kv.v1
        kv.create_or_update_secret("app/db", {"password": "one"}, mount_point=mount)
        answer = kv.read_secret("app/db", mount_point=mount)
        self.assertEqual((answer["data"], answer["lease_duration"]), ({"password": "one"}, 2764800))
        self.assertEqual(kv.list_secrets("app", mount_point=mount)["data"]["keys"], ["db"])
        kv.delete_secret("app/db", mount_point=mount)
        with self.assertRaises(hvac.exceptions.InvalidPath):
            kv.read_secret("app/db", mount_point=mount)


class Tokens(unittest.TestCase):
    def setUp(self):
        self.client = root()

    def test_life(self):
        auth = self.client.auth.token.create(policies=["default"], ttl="1h", meta={"who": "test"}, display_name="t", renewable=True)["auth"]
        holder = hvac.Client(url=os.environ["VAULT_ADDR"], token=auth["client_token"])
        data = holder.auth.token.lookup_self()["data"]
        self.assertEqual((data["display_name"], data["meta"], data["creation_ttl"]), ("token-t", {"who": "test"}, 3600))
        self.assertLessEqual(holder.auth.token.renew_self(increment="30m")["auth"]["lease_duration"], 1800)
        self.assertEqual(self.client.auth.token.lookup_accessor(auth["accessor"])["data"]["accessor"], auth["accessor"])
        self.assertIn(auth["accessor"], self.client.auth.token.list_accessors()["data"]["keys"])
        self.client.auth.token.revoke_accessor(auth["accessor"])
        with self.assertRaises(hvac.exceptions.Forbidden):
            holder.auth.token.lookup_self()

    def test_orphans_and_roles(self):
        self.client.auth.token.create_or_update_role("ci", allowed_policies=["default"], orphan=True, renewable=False)
        self.assertIn("ci", self.client.auth.token.list_roles()["data"]["keys"])
        self.assertTrue(self.client.auth.token.create(role_name="ci", ttl="10m")["auth"]["orphan"])
        self.assertEqual(self.client.auth.token.read_role("ci")["data"]["allowed_policies"], ["default"])
        self.client.auth.token.delete_role("ci")
        self.assertTrue(self.client.write("auth/token/create-orphan", policies=["default"])["auth"]["orphan"])

    def test_without_the_right(self):
        token = self.client.auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
        with self.assertRaises(hvac.exceptions.Forbidden):
            hvac.Client(url=os.environ["VAULT_ADDR"], token=token).secrets.kv.v2.read_secret_version("app/db")


class Logins(unittest.TestCase):
    def setUp(self):
        self.client = root()
        self.client.sys.create_or_update_policy("reader", 'path "secret/data/login/*" { capabilities = ["read"] }')
        self.client.secrets.kv.v2.create_or_update_secret("login/x", {"a": "b"})

    def read(self, client):
        self.assertEqual(client.secrets.kv.v2.read_secret_version("login/x")["data"]["data"], {"a": "b"})

    def test_approle(self):
        mount = fresh("approle")
        self.client.sys.enable_auth_method("approle", path=mount)
        approle = self.client.auth.approle
        approle.create_or_update_approle("app", token_policies=["reader"], token_ttl="20m", secret_id_num_uses=1, secret_id_ttl="10m", mount_point=mount)
        role_id = approle.read_role_id("app", mount_point=mount)["data"]["role_id"]
        secret = approle.generate_secret_id("app", metadata={"host": "h1"}, mount_point=mount)["data"]
        client = hvac.Client(url=os.environ["VAULT_ADDR"])
        auth = client.auth.approle.login(role_id, secret["secret_id"], mount_point=mount)["auth"]
        self.assertEqual((auth["lease_duration"], auth["metadata"]), (1200, {"host": "h1", "role_name": "app"}))
        self.read(client)
        with self.assertRaises(hvac.exceptions.InvalidRequest) as caught:
            client.auth.approle.login(role_id, secret["secret_id"], mount_point=mount)
        self.assertIn("invalid secret id", str(caught.exception))
        self.assertEqual(approle.list_roles(mount_point=mount)["data"]["keys"], ["app"])
        self.assertEqual(approle.read_role("app", mount_point=mount)["data"]["token_policies"], ["reader"])
        pushed = fresh("pushed-secret-id")
        approle.create_custom_secret_id("app", pushed, mount_point=mount)
        client.auth.approle.login(role_id, pushed, mount_point=mount)

    def test_userpass(self):
        mount = fresh("userpass")
        self.client.sys.enable_auth_method("userpass", path=mount)
        self.client.auth.userpass.create_or_update_user("bob", "pw", policies="reader", mount_point=mount)
        client = hvac.Client(url=os.environ["VAULT_ADDR"])
        client.auth.userpass.login("bob", "pw", mount_point=mount)
        self.read(client)
        with self.assertRaises(hvac.exceptions.InvalidRequest) as caught:
            client.auth.userpass.login("bob", "no", mount_point=mount)
        self.assertIn("invalid username or password", str(caught.exception))
        self.assertIn(mount + "/", self.client.sys.list_auth_methods()["data"])
        self.client.sys.disable_auth_method(mount)


    def test_jwt_and_oidc(self):
        mount = fresh("oidc")
        self.client.sys.enable_auth_method("oidc", path=mount)
        key = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGnF565IWhgN8gQPicEqLnvmPijJs\nHgbJtObtt0C3owz1C+NPkxDQ1orCIfTyWLQYsDZ7/hQ31azPnUxxwIIu+A==\n-----END PUBLIC KEY-----"
        oidc = self.client.auth.oidc
        oidc.configure(jwt_validation_pubkeys=[key], path=mount)
        self.assertEqual(oidc.read_config(path=mount)["data"]["jwt_validation_pubkeys"], [key])
        callback = "http://localhost:8250/oidc/callback"
        oidc.create_role("people", "email", [callback], role_type="oidc", groups_claim="groups", oidc_scopes=["email"], path=mount)
        self.assertEqual(oidc.read_role("people", path=mount)["data"]["allowed_redirect_uris"], [callback])
        self.assertEqual(oidc.list_roles(path=mount)["data"]["keys"], ["people"])
        with self.assertRaises(hvac.exceptions.InvalidRequest) as caught:
            oidc.oidc_authorization_url_request("people", callback, path=mount)
        self.assertIn("OIDC login is not configured for this mount", str(caught.exception))
        with self.assertRaises(hvac.exceptions.InvalidRequest) as caught:
            oidc.oidc_callback("state", "nonce", "code", path=mount)
        self.assertIn("Expired or missing OAuth state", str(caught.exception))

    def test_identity(self):
        mount = fresh("jwt")
        self.client.sys.enable_auth_method("jwt", path=mount)
        accessor = self.client.sys.list_auth_methods()["data"][mount + "/"]["accessor"]
        identity = self.client.secrets.identity
        group = identity.create_or_update_group(fresh("developers"), group_type="external", policies=["developer"])["data"]["id"]
        alias = identity.create_or_update_group_alias("eng", mount_accessor=accessor, canonical_id=group)["data"]["id"]
        self.assertEqual(identity.read_group_alias(alias)["data"]["canonical_id"], group)
        self.assertIn(alias, identity.list_group_aliases()["data"]["keys"])
        self.assertEqual(identity.lookup_group(alias_name="eng", alias_mount_accessor=accessor)["data"]["id"], group)
        one, two = (identity.create_or_update_entity(fresh(name))["data"]["id"] for name in ("one", "two"))
        identity.create_or_update_entity_alias("ada", canonical_id=two, mount_accessor=accessor)
        identity.merge_entities(from_entity_ids=[two], to_entity_id=one)
        self.assertEqual(identity.lookup_entity(alias_name="ada", alias_mount_accessor=accessor)["data"]["id"], one)
        identity.delete_group_alias(alias)


class Applications(unittest.TestCase):
    """An application's own code for Vault, as it stands (agentds_secrets.py)."""

    def setUp(self):
        self.client = root()
        self.client.secrets.kv.v2.create_or_update_secret("agentds/api-keys", {"openai_api_key": "sk-one", "anthropic_api_key": "sk-ant-one"})
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "VAULT_ROLE_ID", "VAULT_SECRET_ID"):
            os.environ.pop(name, None)

    def test_loads_its_secrets_by_token(self):
        import agentds_secrets
        agentds_secrets.load_secrets()
        self.assertEqual((os.environ["OPENAI_API_KEY"], os.environ["ANTHROPIC_API_KEY"]), ("sk-one", "sk-ant-one"))

    def test_loads_its_secrets_by_approle(self):
        import agentds_secrets
        if "approle/" not in self.client.sys.list_auth_methods()["data"]:
            self.client.sys.enable_auth_method("approle")
        self.client.sys.create_or_update_policy("agentds", 'path "secret/data/agentds/*" { capabilities = ["read"] }')
        self.client.auth.approle.create_or_update_approle("agentds", token_policies=["agentds"])
        token = os.environ.pop("VAULT_TOKEN")
        os.environ["VAULT_ROLE_ID"] = self.client.auth.approle.read_role_id("agentds")["data"]["role_id"]
        os.environ["VAULT_SECRET_ID"] = self.client.auth.approle.generate_secret_id("agentds")["data"]["secret_id"]
        try:
            agentds_secrets.load_secrets()
        finally:
            os.environ["VAULT_TOKEN"] = token
        self.assertEqual(os.environ["OPENAI_API_KEY"], "sk-one")


if __name__ == "__main__":
    unittest.main()
