using System.Text;
using Strongroom.Fakes;
using Strongroom.Fakes.Aws;
using Strongroom.Fakes.Azure;
using Strongroom.Fakes.Fly;
using Strongroom.Fakes.Gcp;
using Strongroom.Fakes.GitHub;
using Strongroom.Fakes.Hcp;
using Strongroom.Fakes.Kubernetes;
using Strongroom.Fakes.PulumiEsc;

namespace Strongroom.FakeHost;

/// <summary>A fake that this program can start.</summary>
/// <param name="Service">The fake.</param>
/// <param name="NeedsTls">Whether the vendor's clients insist on TLS.</param>
/// <param name="Set">Puts a secret there: by name and value; for GitHub a variable, for Pulumi ESC an environment and its YAML.</param>
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
            case "fly":
                var fly = new FakeFly();
                return new Hosted(fly, NeedsTls: false, (key, value) => fly.Put(key, Encoding.UTF8.GetBytes(value)));
            case "github":
                var github = new FakeGitHub();
                var place = github.Open("repos/acme/shop/actions");
                return new Hosted(github, NeedsTls: false, (key, value) => place.Variables[key] =
                    new FakeGitHub.StoredItem(key, Encoding.UTF8.GetBytes(value), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "private", []));
            case "hcp":
                var hcp = new HcpService();
                return new Hosted(hcp, NeedsTls: false, (key, value) => hcp.Add(key, value));
            case "kubernetes":
                var kubernetes = new FakeKubernetes();
                return new Hosted(kubernetes, NeedsTls: false, (key, value) => kubernetes.Put(key, new Dictionary<string, byte[]> { ["value"] = Encoding.UTF8.GetBytes(value) }));
            case "pulumi-esc":
                var esc = new FakePulumiEsc();
                return new Hosted(esc, NeedsTls: false, esc.Put);
            default:
                return null;
        }
    }
}
