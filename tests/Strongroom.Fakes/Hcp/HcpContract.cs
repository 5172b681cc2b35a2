using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>
/// HCP Vault Secrets: the description of 2023-11-28, and of 2023-06-13 what its generated client (hashicorp/hcp-sdk-go) shows. The
/// token endpoint has no description.
/// </summary>
public static class HcpContract
{
    /// <summary>The contract.</summary>
    public static ApiContract Create()
    {
        // https://grpc-ecosystem.github.io/grpc-gateway: a path that no route has is answered like a failure.
        var newer = new OpenApiContract("hcp-vault-secrets-2023-11-28.swagger.json", new OpenApiOptions { NeedsAuthorization = true });
        var older = new OpenApiContract(JsonNode.Parse(Older)!.AsObject(), new OpenApiOptions { NeedsAuthorization = true });
        return new SplitContract(
            (exchange => exchange.Path.StartsWith("/secrets/2023-11-28/", StringComparison.Ordinal), newer),
            (exchange => exchange.Path.StartsWith("/secrets/2023-06-13/", StringComparison.Ordinal), older),
            (exchange => exchange.Path == "/oauth2/token", new NoContract()));
    }

    private const string Older = """
        {
          "swagger": "2.0",
          "consumes": ["application/json"],
          "paths": {
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}": { "get": { "responses": { "200": { "schema": { "type": "object", "properties": { "app": { "$ref": "#/definitions/app" } } } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/kv": { "post": { "parameters": [ { "name": "body", "in": "body", "required": true, "schema": { "type": "object", "properties": { "name": { "type": "string" }, "value": { "type": "string" } } } } ], "responses": { "200": { "schema": { "$ref": "#/definitions/one" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/secrets": { "get": { "parameters": [ { "name": "pagination.page_size", "in": "query", "type": "integer" }, { "name": "pagination.next_page_token", "in": "query", "type": "string" } ], "responses": { "200": { "schema": { "$ref": "#/definitions/many" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/open": { "get": { "parameters": [ { "name": "pagination.page_size", "in": "query", "type": "integer" }, { "name": "pagination.next_page_token", "in": "query", "type": "string" } ], "responses": { "200": { "schema": { "$ref": "#/definitions/many" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/open/{name}": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/one" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/open/{name}/versions/{version}": { "get": { "responses": { "200": { "schema": { "type": "object", "properties": { "version": { "$ref": "#/definitions/version" } } } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/secrets/{name}": {
              "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/one" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } },
              "delete": { "responses": { "200": { "schema": { "type": "object" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } }
            },
            "/secrets/2023-06-13/organizations/{o}/projects/{p}/apps/{app}/secrets/{name}/versions/{version}": { "delete": { "responses": { "200": { "schema": { "type": "object" } }, "default": { "schema": { "$ref": "#/definitions/status" } } } } }
          },
          "definitions": {
            "status": { "type": "object", "properties": { "code": { "type": "integer" }, "message": { "type": "string" }, "details": { "type": "array" } } },
            "app": { "type": "object" },
            "version": { "type": "object", "properties": { "version": { "type": "string" }, "type": { "type": "string" }, "created_at": { "type": "string", "format": "date-time" }, "created_by": { "type": "object" }, "value": { "type": "string" } } },
            "secret": { "type": "object", "properties": { "name": { "type": "string" }, "version": { "$ref": "#/definitions/version" }, "created_at": { "type": "string", "format": "date-time" }, "latest_version": { "type": "string" }, "created_by": { "type": "object" }, "sync_status": { "type": "object" } } },
            "one": { "type": "object", "properties": { "secret": { "$ref": "#/definitions/secret" } } },
            "many": { "type": "object", "properties": { "secrets": { "type": "array", "items": { "$ref": "#/definitions/secret" } }, "pagination": { "type": "object", "properties": { "next_page_token": { "type": "string" }, "previous_page_token": { "type": "string" } } } } }
          }
        }
        """;
}
