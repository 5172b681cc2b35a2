using System.Text;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Conformance.Backends;

/// <summary>
/// What every backend must do, asked through a real store. Inherit it, say how to make a backend that holds given secrets, and
/// correct the limits. Each capability is tested both ways: declared, it works; undeclared, it fails before anything is sent.
/// </summary>
public abstract class BackendConformance
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>A backend that holds exactly <paramref name="seeds"/> (path and value).</summary>
    protected abstract ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds);

    /// <summary>Names that this backend must take.</summary>
    protected virtual IReadOnlyList<string> OddNames { get; } =
        ["a", "a-b", "a.b", "A_B", "dots..inside", "space inside", "UPPER/lower/123", "ключ/密钥/🔑", "per%cent", "plus+and&amp", "quote'\"", new('n', 200)];

    /// <summary>Values that this backend must give back unchanged.</summary>
    protected virtual IReadOnlyList<byte[]> OddValues { get; } =
    [
        [], [0], [0xff, 0xfe, 0x00, 0x80], "\n"u8.ToArray(), "trailing\n"u8.ToArray(), "trailing\r\n"u8.ToArray(), " spaces "u8.ToArray(),
        "quotes ' \" ` $HOME ${HOME} \\n #"u8.ToArray(), "ключ 密钥 🔑"u8.ToArray(), "{\"json\":true}"u8.ToArray(),
        "-----BEGIN KEY-----\nabc\n-----END KEY-----\n"u8.ToArray(), .. new byte[][] { [.. Enumerable.Range(0, 256).Select(i => (byte)i)] },
    ];

    /// <summary>The longest value this backend takes.</summary>
    protected virtual int ValueLengthMax => SecretValue.LengthMax;

    /// <summary>Whether one byte more than <see cref="ValueLengthMax"/> is refused: so where it is the vendor's own limit.</summary>
    protected virtual bool ValueLengthMaxIsExact => ValueLengthMax == SecretValue.LengthMax;

    /// <summary>A version that was never written, told by one that was.</summary>
    protected virtual SecretVersion Unknown(SecretVersion known) => known.Number is { } number ? number + 1 : SecretVersion.Named("no-such-version");

    /// <summary>A name as the place writes it, where that is not as it was asked for.</summary>
    protected virtual string Listed(string name) => name;

    /// <summary>The bytes that the place holds; overridden where it gives them to nobody and the test looks behind the scenes.</summary>
    protected virtual async ValueTask<byte[]> BytesAsync(SecretStore store, SecretAddress address)
    {
        using var value = (await store.ReadAsync(address, None)).Value;
        return value.Reveal().ToArray();
    }

    [Fact]
    public async Task Read_works_or_is_refused_before_anything_is_sent()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE")));
        await using var store = new SecretStore("conformance", backend);
        if (store.Can(BackendCapabilities.Read)) (await TextAsync(store, "ONE")).ShouldBe("value of ONE");
        else await ShouldRefuseAsync(backend, async () => await store.ReadAsync(new SecretAddress("ONE"), None));
    }

    [Fact]
    public async Task Read_gives_back_odd_values_under_odd_names()
    {
        foreach (var value in OddValues)
        {
            var seeds = OddNames.ToDictionary(name => name, _ => value);
            await using var store = await StoreAsync(seeds);
            if (!store.Can(BackendCapabilities.Read)) return;
            foreach (var name in OddNames)
            {
                using var read = (await store.ReadAsync(new SecretAddress(name), None)).Value;
                read.Reveal().ToArray().ShouldBe(value, $"{name} with {Convert.ToHexString(value)}");
            }
        }
    }

    [Fact]
    public async Task Read_of_a_missing_secret_is_not_found_and_names_store_and_path()
    {
        await using var store = await StoreAsync(Seeds("PRESENT"));
        if (!store.Can(BackendCapabilities.Read)) return;

        var error = await FailAsync(async () => await store.ReadAsync(new SecretAddress("MISSING"), None));

        error.Kind.ShouldBe(SecretErrorKind.NotFound);
        (error.Store, error.Operation, error.Name).ShouldBe(("conformance", "read", "MISSING"));
    }

    [Fact]
    public async Task ReadMany_answers_each_address_in_order_even_twice()
    {
        await using var store = await StoreAsync(Seeds("ONE", "TWO"));
        if (!store.Can(BackendCapabilities.Read)) return;
        SecretAddress[] asked = [new("TWO"), new("MISSING"), new("ONE"), new("TWO")];

        var outcomes = await store.ReadManyAsync(asked, None);

        outcomes.Select(o => o.Address).ShouldBe(asked);
        outcomes.Select(o => o.Secret?.Value.RevealText()).ShouldBe(["value of TWO", null, "value of ONE", "value of TWO"]);
        outcomes[1].Error!.Kind.ShouldBe(SecretErrorKind.NotFound);
        outcomes[0].Secret!.Value.Dispose();
        outcomes[3].Secret!.Value.RevealText().ShouldBe("value of TWO", "each answer is owned on its own");
    }

    [Fact]
    public async Task ReadMany_reports_a_bad_address_at_that_address()
    {
        await using var store = await StoreAsync(Seeds("ONE"));
        if (!store.Can(BackendCapabilities.Read)) return;

        var outcomes = await store.ReadManyAsync([new("../x"), new("ONE"), new("")], None);

        outcomes.Select(o => o.Error?.Kind).ShouldBe([SecretErrorKind.InvalidInput, null, SecretErrorKind.InvalidInput]);
    }

    [Fact]
    public async Task Read_of_an_impossible_address_sends_nothing()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Read)) return;
        string[] paths = ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\nb", "a\0b", "\ud800", new('x', 1025)];
        foreach (var path in paths)
            (await FailAsync(async () => await store.ReadAsync(new SecretAddress(path), None))).Kind.ShouldBe(SecretErrorKind.InvalidInput, path);
        backend.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task Operations_asked_with_a_cancelled_token_are_cancelled()
    {
        await using var store = await StoreAsync(Seeds("ONE"));
        if (!store.Can(BackendCapabilities.Read)) return;
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await store.ReadAsync(new SecretAddress("ONE"), source.Token));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.ReadManyAsync([new SecretAddress("ONE")], source.Token));
        if (store.Can(BackendCapabilities.Write))
        {
            await Should.ThrowAsync<OperationCanceledException>(
                async () => await store.WriteAsync(new SecretAddress("ONE"), Write("changed"), source.Token));
            (await TextAsync(store, "ONE")).ShouldBe("value of ONE");
        }
    }

    [Fact]
    public async Task Reads_at_the_same_time_all_answer()
    {
        var names = Enumerable.Range(0, 20).Select(i => $"NAME{i}").ToArray();
        await using var store = await StoreAsync(Seeds(names));
        if (!store.Can(BackendCapabilities.Read)) return;

        var texts = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => TextAsync(store, names[i % names.Length]))));

        for (var i = 0; i < texts.Length; i++) texts[i].ShouldBe($"value of {names[i % names.Length]}");
    }

    [Fact]
    public async Task List_gives_paths_in_ordinal_order_below_a_prefix()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("B", "a", "B_2")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.List))
        {
            await ShouldRefuseAsync(backend, async () => await store.ListAsync("", None));
            return;
        }
        (await store.ListAsync("", None)).ShouldBe(new[] { "B", "B_2", "a" }.Select(Listed).Order(StringComparer.Ordinal));
        (await store.ListAsync("B", None)).ShouldBe(["B"]);
        (await store.ListAsync("C", None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_is_read_back_and_listed()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Write))
        {
            await ShouldRefuseAsync(backend, async () => await store.WriteAsync(new SecretAddress("ONE"), Write("x"), None));
            return;
        }
        await store.WriteAsync(new SecretAddress("TWO"), Write("two"), None);
        await store.WriteAsync(new SecretAddress("ONE"), Write("changed"), None);

        (await TextAsync(store, "ONE")).ShouldBe("changed");
        (await TextAsync(store, "TWO")).ShouldBe("two");
        if (store.Can(BackendCapabilities.List)) (await store.ListAsync("", None)).ShouldBe(["ONE", "TWO"]);
    }

    [Fact]
    public async Task Write_gives_back_odd_values_under_odd_names()
    {
        await using var store = await StoreAsync(Seeds());
        if (!store.Can(BackendCapabilities.Write)) return;
        foreach (var name in OddNames)
        {
            foreach (var value in OddValues)
            {
                using var written = SecretValue.FromBytes(value);
                await store.WriteAsync(new SecretAddress(name), new SecretWrite(written), None);
                (await BytesAsync(store, new SecretAddress(name))).ShouldBe(value, $"{name} with {Convert.ToHexString(value)}");
            }
        }
    }

    [Fact]
    public async Task Write_at_the_limit_works_and_one_byte_more_does_not()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds()));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Write)) return;
        foreach (var length in (int[])[ValueLengthMax - 1, ValueLengthMax])
        {
            var bytes = Enumerable.Repeat((byte)'x', length).ToArray();
            using var value = SecretValue.FromBytes(bytes);
            await store.WriteAsync(new SecretAddress("LONG"), new SecretWrite(value), None);
            (await BytesAsync(store, new SecretAddress("LONG"))).Length.ShouldBe(length);
        }
        if (ValueLengthMaxIsExact)
        {
            using var over = SecretValue.FromBytes(Enumerable.Repeat((byte)'x', ValueLengthMax + 1).ToArray());
            (await FailAsync(async () => await store.WriteAsync(new SecretAddress("LONG"), new SecretWrite(over), None))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        }
        var calls = backend.Calls;
        using var tooLong = SecretValue.FromBytes(new byte[SecretValue.LengthMax + 1]);
        (await FailAsync(async () => await store.WriteAsync(new SecretAddress("LONG"), new SecretWrite(tooLong), None)))
            .Kind.ShouldBe(SecretErrorKind.InvalidInput);
        backend.Calls.ShouldBe(calls, "nothing is sent");
    }

    [Fact]
    public async Task Writes_at_the_same_time_all_last()
    {
        await using var store = await StoreAsync(Seeds());
        if (!store.Can(BackendCapabilities.Write)) return;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
            await store.WriteAsync(new SecretAddress($"NAME{i}"), Write($"value {i}"), None))));

        for (var i = 0; i < 20; i++) (await TextAsync(store, $"NAME{i}")).ShouldBe($"value {i}");
    }

    [Fact]
    public async Task Delete_removes_one_secret_and_no_other()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE", "TWO")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Delete))
        {
            await ShouldRefuseAsync(backend, async () => await store.DeleteAsync(new SecretAddress("ONE"), None));
            return;
        }
        await store.DeleteAsync(new SecretAddress("ONE"), None);

        // A store with versions may say that it was deleted; one without knows nothing of it.
        if (!store.Can(BackendCapabilities.Read)) (await store.ListAsync("", None)).ShouldBe(["TWO"]);
        else (await FailAsync(async () => await store.ReadAsync(new SecretAddress("ONE"), None))).Kind
            .ShouldBeOneOf(SecretErrorKind.NotFound, SecretErrorKind.Unreadable);
        (await TextAsync(store, "TWO")).ShouldBe("value of TWO");
        (await FailAsync(async () => await store.DeleteAsync(new SecretAddress("NEVER"), None))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Versions_can_be_read_by_number()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Versions))
        {
            await ShouldRefuseAsync(backend, async () => await store.ReadAsync(new SecretAddress("ONE", Version: 1), None));
            return;
        }
        if (!store.Can(BackendCapabilities.Write)) return;
        var first = (await store.ReadAsync(new SecretAddress("ONE"), None)).Version.ShouldNotBeNull();
        var second = (await store.WriteAsync(new SecretAddress("ONE"), Write("second"), None)).Version.ShouldNotBeNull();

        second.ShouldNotBe(first);
        if (first.Number is { } number) second.ShouldBe((SecretVersion)(number + 1));
        (await TextAsync(store, new SecretAddress("ONE", Version: first))).ShouldBe("value of ONE");
        (await TextAsync(store, new SecretAddress("ONE", Version: second))).ShouldBe("second");
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("ONE", Version: Unknown(second)), None))).Kind
            .ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task CheckAndSet_writes_over_the_expected_version_only()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Write)) return;
        if (!store.Can(BackendCapabilities.CheckAndSet))
        {
            await ShouldRefuseAsync(backend, async () => await store.WriteAsync(new SecretAddress("ONE"), Write("x", 1), None));
            return;
        }
        var current = (await store.ReadAsync(new SecretAddress("ONE"), None)).Version.ShouldNotBeNull();

        (await FailAsync(async () => await store.WriteAsync(new SecretAddress("ONE"), Write("x", Unknown(current)), None))).Kind.ShouldBe(SecretErrorKind.Conflict);
        (await FailAsync(async () => await store.WriteAsync(new SecretAddress("ONE"), Write("x", 0), None))).Kind.ShouldBe(SecretErrorKind.Conflict);
        (await TextAsync(store, "ONE")).ShouldBe("value of ONE");
        var next = (await store.WriteAsync(new SecretAddress("ONE"), Write("next", current), None)).Version.ShouldNotBeNull();
        next.ShouldNotBe(current);
        (await FailAsync(async () => await store.WriteAsync(new SecretAddress("ONE"), Write("x", current), None))).Kind.ShouldBe(SecretErrorKind.Conflict);
        await store.WriteAsync(new SecretAddress("NEW"), Write("new", 0), None);

        (await TextAsync(store, "ONE")).ShouldBe("next");
        (await TextAsync(store, "NEW")).ShouldBe("new");
    }

    [Fact]
    public async Task Fields_are_written_read_and_deleted_one_by_one()
    {
        var backend = new CountingBackend(await CreateAsync(Seeds("ONE")));
        await using var store = new SecretStore("conformance", backend);
        if (!store.Can(BackendCapabilities.Fields))
        {
            await ShouldRefuseAsync(backend, async () => await store.ReadAsync(new SecretAddress("ONE", "field"), None));
            return;
        }
        if (!store.Can(BackendCapabilities.Write)) return;
        await store.WriteAsync(new SecretAddress("DATABASE", "host"), Write("db"), None);
        await store.WriteAsync(new SecretAddress("DATABASE", "password"), Write("p"), None);

        (await TextAsync(store, new SecretAddress("DATABASE", "host"))).ShouldBe("db", "a write to one field keeps the others");
        (await TextAsync(store, new SecretAddress("DATABASE", "password"))).ShouldBe("p");
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("DATABASE", "missing"), None))).Kind.ShouldBe(SecretErrorKind.NotFound);
        await store.DeleteAsync(new SecretAddress("DATABASE", "host"), None);
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("DATABASE", "host"), None))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await TextAsync(store, new SecretAddress("DATABASE", "password"))).ShouldBe("p");
    }

    [Fact]
    public async Task Probe_tells_something_and_no_value()
    {
        await using var store = await StoreAsync(Seeds("ONE"));

        var line = await store.ProbeAsync(None);

        line.ShouldNotBeNullOrWhiteSpace();
        line.ShouldNotContain("value of ONE");
    }

    private static SecretWrite Write(string text, SecretVersion? expectedVersion = null) => new(SecretValue.FromText(text), expectedVersion);

    private static Dictionary<string, byte[]> Seeds(params string[] names) =>
        names.ToDictionary(name => name, name => Encoding.UTF8.GetBytes("value of " + name));

    private Task<string> TextAsync(SecretStore store, string path) => TextAsync(store, new SecretAddress(path));

    private async Task<string> TextAsync(SecretStore store, SecretAddress address) => Encoding.UTF8.GetString(await BytesAsync(store, address));

    private static Task<SecretException> FailAsync(Func<Task> action) => Should.ThrowAsync<SecretException>(action);

    private static async Task ShouldRefuseAsync(CountingBackend backend, Func<Task> action)
    {
        var error = await FailAsync(action);
        error.Kind.ShouldBe(SecretErrorKind.Unsupported);
        error.Help.ShouldNotBeNullOrEmpty("a refusal says what to do instead");
        backend.Calls.ShouldBe(0, "nothing is sent");
    }

    private async Task<SecretStore> StoreAsync(IReadOnlyDictionary<string, byte[]> seeds) =>
        new("conformance", await CreateAsync(seeds));
}
