using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Strongroom.Extensions.Testing;
using Strongroom.Npgsql;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Extensions.Tests.Npgsql;

public sealed class RegistrationTests
{
    private const string Main = """{"host":"db","port":5432,"database":"shop","username":"app","password":"very secret"}""";
    private const string Reports = """{"host":"reports","port":5433,"database":"shop","username":"reader","password":"also secret"}""";

    private readonly TestSecrets _secrets = new() { ["DATABASE"] = Main, ["REPORTS"] = Reports };

    [Fact]
    public async Task Program_gets_each_of_its_databases_with_its_settings()
    {
        await using var app = Build(services => services
            .AddStrongroomNpgsql("DATABASE", options => options.ConnectionString = "Host=replaced;Maximum Pool Size=7")
            .AddStrongroomNpgsql("REPORTS", serviceKey: "reports"));

        await app.StartAsync(TestContext.Current.CancellationToken);

        var source = app.Services.GetRequiredService<RotatingNpgsqlDataSource>();
        app.Services.GetRequiredService<DbDataSource>().ShouldBeSameAs(source);
        source.ConnectionString.ShouldContain("Host=db");
        source.ConnectionString.ShouldContain("Maximum Pool Size=7");
        source.ConnectionString.ShouldNotContain("secret");
        app.Services.GetRequiredKeyedService<RotatingNpgsqlDataSource>("reports").CreateConnection().UserName.ShouldBe("reader");
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Program_does_not_start_without_its_login()
    {
        _secrets["DATABASE"] = """{"host":"db"}""";
        await using var app = Build(services => services.AddStrongroomNpgsql("DATABASE"));

        var error = await Should.ThrowAsync<SecretException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        error.Message.ShouldContain("DATABASE: lacks port, database, username, password");
    }

    private WebApplication Build(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.AddStrongroom(options => (options.Source, options.ReloadInterval) = (_secrets, TimeSpan.Zero));
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        add(builder.Services);
        return builder.Build();
    }
}
