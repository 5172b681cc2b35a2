using Shouldly;

namespace Strongroom.Cli.Tests.VaultApi;

/// <summary>Commands of Vault against the real server: what they print, and how they end.</summary>
[Collection(VaultSession.Collection)]
public sealed class CommandTests : IDisposable
{
    private readonly VaultSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Kv_goes_from_put_to_destroy()
    {
        var output = _session.Succeed("""
            prepare
            vault kv put secret/app user=u password=one >/dev/null
            vault kv patch secret/app password=two >/dev/null
            vault kv get -format=json secret/app | jq -cS .data.data
            vault kv get -version=1 -field=password secret/app; echo
            vault kv put -cas=1 secret/app a=b 2>/dev/null; echo "cas $?"
            vault kv delete secret/app
            vault kv get -field=password secret/app 2>/dev/null; echo "deleted $?"
            vault kv undelete -versions=2 secret/app
            vault kv get -field=password secret/app; echo
            vault kv rollback -version=1 secret/app >/dev/null
            vault kv get -field=password secret/app; echo
            vault kv destroy -versions=1 secret/app
            vault kv metadata put -max-versions=5 -custom-metadata=owner=me secret/app
            vault kv metadata get -format=json secret/app | jq -c '[.data.versions["1"].destroyed, .data.custom_metadata.owner, .data.current_version]'
            vault kv list -format=json secret | jq -c .
            vault kv metadata delete secret/app
            vault kv get secret/app 2>&1; echo "gone $?"
            """);
        output.ShouldBe("""
            {"password":"two","user":"u"}
            one
            cas 2
            Success! Data deleted (if it existed) at: secret/data/app
            deleted 1
            Success! Data written to: secret/undelete/app
            two
            one
            Success! Data written to: secret/destroy/app
            Success! Data written to: secret/metadata/app
            [true,"me",3]
            ["app","database/","production/"]
            Success! Data deleted (if it existed) at: secret/metadata/app
            No value found at secret/data/app
            gone 2

            """);
    }

    [Fact]
    public void Kv_get_looks_like_vaults() => _session.Succeed("prepare; vault kv get secret/database/postgres").ShouldMatch("""
        ^======== Secret Path ========
        secret/data/database/postgres

        ======= Metadata =======
        Key                Value
        ---                -----
        created_time       \S+
        custom_metadata    <nil>
        deletion_time      n/a
        destroyed          false
        version            1

        ====== Data ======
        Key         Value
        ---         -----
        password    vault_generated_password
        username    vault_user
        $
        """);

    [Fact]
    public void Values_come_from_files_and_standard_input()
    {
        _session.Succeed("""
            prepare
            printf 'line 1\nline 2' > value
            printf '{"n":{"m":1.5}}' > object
            vault kv put secret/a file=@value plain=\\@value >/dev/null
            printf typed | vault kv put secret/b input=- >/dev/null
            vault kv put secret/c - < object >/dev/null
            vault kv put secret/d @object more=x >/dev/null
            for name in a b c d; do vault kv get -format=json secret/$name | jq -cS .data.data; done
            """).ShouldBe("""
            {"file":"line 1\nline 2","plain":"@value"}
            {"input":"typed"}
            {"n":{"m":1.5}}
            {"more":"x","n":{"m":1.5}}

            """);
    }

    [Fact]
    public void Wrapping_hides_an_answer_until_it_is_unwrapped_once()
    {
        _session.Succeed("""
            prepare
            token=$(vault kv get -wrap-ttl=5m -field=wrapping_token secret/database/postgres)
            vault unwrap -format=json $token | jq -c .data.data.username
            vault unwrap $token 2>/dev/null; echo "again $?"
            token=$(vault kv get -wrap-ttl=5m -field=wrapping_token secret/database/postgres)
            VAULT_TOKEN=$token vault unwrap -format=json | jq -c .data.data.username
            """).ShouldBe("\"vault_user\"\nagain 2\n\"vault_user\"\n");
    }

    [Fact]
    public void Login_keeps_the_token_for_its_owner_only()
    {
        var output = _session.Succeed("""
            prepare
            vault auth enable userpass >/dev/null
            vault write auth/userpass/users/alice password=pw policies=app-policy >/dev/null
            unset VAULT_TOKEN
            vault login -method=userpass username=alice password=wrong 2>/dev/null; echo "wrong $?"
            vault login -token-only -method=userpass username=alice password=pw >/dev/null; ls ~/.vault-token 2>/dev/null; echo "kept $?"
            vault login -no-print -method=userpass username=alice password=pw
            stat -c %a ~/.vault-token
            vault kv get -field=username secret/database/postgres; echo
            vault token revoke -self; ls ~/.vault-token 2>/dev/null; echo "kept $?"
            vault kv get secret/database/postgres 2>&1 | tail -1
            """);
        output.ShouldBe("wrong 2\nkept 2\n600\nvault_user\nSuccess! Revoked token (if it existed)\nkept 2\nNo token was sent: log in first (vault login), or set VAULT_TOKEN.\n");
    }

    [Fact]
    public void Engines_and_methods_are_enabled_moved_and_disabled()
    {
        var output = _session.Succeed("""
            prepare
            vault secrets enable -path=old -version=1 kv
            vault kv put old/a b=c
            vault secrets tune -default-lease-ttl=1h old
            vault kv get -field=refresh_interval old/a; echo
            vault secrets enable -path=old -version=1 kv; echo "again $?"
            vault secrets enable -path=old kv-v2 2>/dev/null; echo "other $?"
            vault kv enable-versioning old >/dev/null
            vault secrets list | grep old
            vault secrets disable old
            vault auth enable -description="for jobs" approle
            vault auth list | grep -c approle
            vault auth disable approle
            """);
        output.ShouldContain("Success! Enabled the kv secrets engine at: old/\n");
        output.ShouldContain("Success! Data written to: old/a\n");
        output.ShouldContain("\n3600\n");
        output.ShouldContain("\nagain 0\nother 2\n");
        output.ShouldMatch("old/ +kv +kv_");
        output.ShouldContain("Success! Disabled the secrets engine (if it existed) at: old/\n");
        output.ShouldEndWith("1\nSuccess! Disabled the auth method (if it existed) at: approle/\n");
    }

    [Fact]
    public void Requests_can_be_shown_in_the_place_of_being_sent()
    {
        var output = _session.Succeed("""
            prepare
            vault kv put -output-curl-string secret/new a=b
            vault kv put -output-policy secret/new a=b
            vault kv get secret/new 2>/dev/null; echo "exists $?"
            """);
        output.ShouldBe("""
            curl -X PUT -H "X-Vault-Request: true" -H "X-Vault-Token: $(vault print token)" -d '{"data":{"a":"b"},"options":{}}' http://localhost:8200/v1/secret/data/new
            path "secret/data/new" {
              capabilities = ["create", "update"]
            }
            exists 2

            """);
    }

    [Fact]
    public void Wrong_command_lines_end_with_1_and_never_repeat_a_value()
    {
        foreach (var line in new[] { "kv put secret/a canary", "kv put secret/a canary=@/none", "kv gte canary", "write secret/a -canary", "canary", "kv get", "login -method=approle secret_id=canary" })
        {
            var outcome = _session.Run($"vault {line}");
            outcome.ExitCode.ShouldBe(1, line);
            if (!line.StartsWith("write", StringComparison.Ordinal) && !line.Contains('@')) outcome.Error.ShouldNotContain("canary", customMessage: line);
            outcome.Error.ShouldStartWith("Error: ", customMessage: line);
        }
    }

    [Fact]
    public void Strongroom_has_the_commands_too() =>
        _session.Succeed("prepare; ln -s vault bin/strongroom; strongroom list secret/metadata; strongroom read -field=username secret/data/database/postgres; strongroom delete secret/data/none")
            .ShouldBe("Keys\n----\ndatabase/\nproduction/\nvault_userSuccess! Data deleted (if it existed) at: secret/data/none\n");
}
