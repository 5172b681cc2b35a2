using Strongroom.Vault.Audit.Checkpoints;
using Strongroom.Vault.Audit.Devices;
using Strongroom.Vault.Auth;
using Strongroom.Vault.Auth.UserPass;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Edge;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>The parts of an unsealed vault that serves many callers: what system and login engines work on.</summary>
internal sealed class VaultSystem
{
    /// <param name="barrier">Where it is stored.</param>
    /// <param name="time">The clock.</param>
    /// <param name="folder">The folder of the vault on disk.</param>
    public VaultSystem(VaultBarrier barrier, TimeProvider time, string folder)
    {
        (Barrier, Time) = (barrier, time);
        Identity = new IdentityStore(barrier, time);
        Policies = new PolicyStore(barrier, Identity);
        Due = new DueIndex(barrier);
        Leases = new LeaseStore(this);
        Quotas = new QuotaStore(barrier, time);
        LeaseQuotas = new LeaseQuotas(this);
        Tokens = new TokenStore(barrier, Policies, Leases.Entries, Due, LeaseQuotas, time);
        Wrapping = new ResponseWrapping(this);
        LoginFailures = new LoginFailures(time);
        Mounts = new MountStore(this);
        KeyTerms = new KeyTerms(barrier, time);
        Edge = new EdgeStore(barrier);
        AuditDevices = new AuditDevices(barrier, time, folder);
    }

    public VaultBarrier Barrier { get; }

    public TimeProvider Time { get; }

    public IdentityStore Identity { get; }

    public PolicyStore Policies { get; }

    public DueIndex Due { get; }

    public LeaseStore Leases { get; }

    public TokenStore Tokens { get; }

    public ResponseWrapping Wrapping { get; }

    public LoginFailures LoginFailures { get; }

    public MountStore Mounts { get; }

    public RemountHistory Remounts { get; } = new();

    public KeyTerms KeyTerms { get; }

    /// <summary>The vault as a whole, for the endpoints that seal, restore or describe it; null where nothing serves it.</summary>
    public ServedVault? Served { get; init; }

    public QuotaStore Quotas { get; }

    public LeaseQuotas LeaseQuotas { get; }

    public EdgeStore Edge { get; }

    public RequestMetrics Metrics { get; } = new();

    public AuditDevices AuditDevices { get; }

    /// <summary>Signs the audit log; null where nothing serves the vault.</summary>
    public Checkpointer? Checkpointer { get; init; }

    /// <summary>Seconds that a token lives when nothing else says so: 768 hours, as Vault has it.</summary>
    public long DefaultLeaseTtl { get; init; } = 768 * 3600;

    /// <summary>The longest life that renewals add up to when nothing else says so.</summary>
    public long MaxLeaseTtl { get; init; } = 768 * 3600;

    /// <summary>Iterations by which new passwords of users are derived.</summary>
    public int PasswordIterations { get; init; } = PasswordHash.IterationsDefault;

    /// <summary>The way to those who vouch for logins.</summary>
    public OutboundHttp Http { get; init; } = new(handler: null);

    /// <summary>Where an engine that has no place of its own keeps its entries.</summary>
    public BarrierView View(MountEntry entry) => Barrier.View($"mount/{entry.Id}/");
}
