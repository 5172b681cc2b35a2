namespace Strongroom.Secrets;

/// <summary>How a place writes the name of a secret.</summary>
public enum SecretNaming
{
    /// <summary>Unchanged.</summary>
    AsIs,

    /// <summary><c>OPENROUTER_API_KEY</c></summary>
    UpperSnake,

    /// <summary><c>openrouter_api_key</c></summary>
    LowerSnake,

    /// <summary><c>openrouter-api-key</c></summary>
    Kebab,

    /// <summary><c>openrouterApiKey</c></summary>
    Camel,

    /// <summary><c>api-keys/openrouter#api_key</c>; see <see cref="SecretNamePath"/>.</summary>
    Path,
}
