using System.Text;
using Strongroom.Fakes;
using Strongroom.Fakes.Aws;
using Strongroom.Fakes.Azure;
using Strongroom.Fakes.Gcp;

namespace Strongroom.FakeHost;

/// <summary>A fake that this program can start.</summary>
/// <param name="Service">The fake.</param>
/// <param name="NeedsTls">Whether the vendor's clients insist on TLS.</param>
/// <param name="Set">Puts a secret there.</param>
internal sealed record Hosted(FakeService Service, bool NeedsTls, Action<string, string> Set)
{
    /// <summary>The fakes by name. A new one is a row here.</summary>
    public static Hosted? Create(string name)
    {
        switch (name)
        {
            case "aws":
                var aws = new FakeAws();
                return new Hosted(aws, NeedsTls: false, (key, value) => aws.Seed(key, Encoding.UTF8.GetBytes(value)));
            case "gcp":
                var gcp = new FakeGcp();
                return new Hosted(gcp, NeedsTls: false, (key, value) => gcp.Seed(key, Encoding.UTF8.GetBytes(value)));
            case "azure":
                var azure = new FakeKeyVault();
                return new Hosted(azure, NeedsTls: true, (key, value) => azure.Seed(key, value));
            default:
                return null;
        }
    }
}
