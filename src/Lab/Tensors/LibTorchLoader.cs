using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Bench.Lab.Tensors;

/// <summary>
/// Loads libtorch and TorchSharp's library over it, from the package folder or from the folder that BENCH_TORCH names.
/// It is set up when Bench.Lab is loaded, whatever started the process, and works when TorchSharp first asks for its
/// library.
/// </summary>
internal static partial class LibTorchLoader
{
    /// <summary>
    /// Names the folder of a libtorch that is on the machine, as torch/lib of an installed PyTorch; "cuda" takes the
    /// CUDA package when Bench is built.
    /// </summary>
    internal const string Variable = "BENCH_TORCH";

    /// <summary>The value of <see cref="Variable"/> that names a package, not a folder.</summary>
    internal const string CudaPackage = "cuda";

    private const string Wrapper = "LibTorchSharp";

    // Each finds what it needs beside itself; TorchSharp's library finds them by their names, since they are loaded.
    private static readonly string[] Parts = ["torch_cpu", "torch"];

    // The one place of the Lab that reads the environment: libtorch is loaded before anybody could pass a value in.
#pragma warning disable RS0030
    private static readonly string? Named = Environment.GetEnvironmentVariable(Variable);
#pragma warning restore RS0030

    private static readonly Lazy<IntPtr> Loaded = new(Load);

    private static string? problem;

    /// <summary>The folder of libtorch's libraries.</summary>
    internal static string Folder { get; } = Chosen();

    /// <summary>Its version.</summary>
    internal static string Version => IsNamed ? VersionOfNamed() : BuiltWith("LibTorch.Version");

    /// <summary>
    /// The file of TorchSharp's library that was loaded: the package's, or the copy for older systems. Null before it
    /// was.
    /// </summary>
    internal static string? WrapperFile { get; private set; }

    /// <summary>Loads libtorch, if it is not loaded yet.</summary>
    /// <exception cref="LabException">It cannot be loaded.</exception>
    internal static void Require()
    {
        if (Loaded.Value == IntPtr.Zero)
            throw new LabException($"libtorch cannot be loaded: {problem}");
    }

    // Whoever loads this library computes: it is no library for others, and nobody could be relied on to call this
    // first.
    [SuppressMessage(
        "Usage",
        "CA2255",
        Justification = "Every process that computes must have this set up, whatever started it."
    )]
    [ModuleInitializer]
    internal static void SetUp()
    {
        ProcessSettings.Apply();
        NativeLibrary.SetDllImportResolver(typeof(TorchSharp.torch).Assembly, (name, _, _) => Resolve(name));
        System.Runtime.Loader.AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Resolve(name);
    }

    /// <summary>The file name of a library on this system.</summary>
    internal static string FileOf(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.dylib"
        : $"lib{name}.so";

    private static IntPtr Resolve(string name)
    {
        if (name == Wrapper)
            return Loaded.Value;
        var file = Path.Combine(Folder, FileOf(name));
        return
            name.StartsWith("torch_", StringComparison.Ordinal)
            && File.Exists(file)
            && NativeLibrary.TryLoad(file, out var handle)
            ? handle
            : IntPtr.Zero;
    }

    private static IntPtr Load()
    {
        try
        {
            foreach (var part in Parts)
            {
                var file = Path.Combine(Folder, FileOf(part));
                if (!File.Exists(file))
                {
                    var cause = IsNamed
                        ? $"{Variable} names no folder of a libtorch"
                        : "the package folder was emptied; build again (touch Bench.sln)";
                    throw new LabException($"{Folder} holds no {FileOf(part)}: {cause}");
                }

                NativeLibrary.Load(file);
            }

            return LoadWrapper(Path.Combine(BuiltWith("TorchSharp.Natives"), FileOf(Wrapper)));
        }
        catch (Exception error)
            when (error
                    is LabException
                        or DllNotFoundException
                        or BadImageFormatException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            // TorchSharp would say only that its library is not there.
            problem = error.Message.ReplaceLineEndings(" ").Trim();
            return IntPtr.Zero;
        }
    }

    private static IntPtr LoadWrapper(string original)
    {
        try
        {
            var handle = NativeLibrary.Load(original);
            WrapperFile = original;
            return handle;
        }
        catch (DllNotFoundException error)
            when (!error.Message.Contains(OlderLibstdcxx.Version, StringComparison.Ordinal))
        {
            WrapperFile = original;
            return LoadSuited(original);
        }
        catch (DllNotFoundException)
        {
            WrapperFile = EditedCopy(original);
            return LoadSuited(WrapperFile);
        }
    }

    // Another version of libtorch lacks functions that TorchSharp calls.
    private static IntPtr LoadSuited(string wrapper)
    {
        try
        {
            return NativeLibrary.Load(wrapper);
        }
        catch (DllNotFoundException error) when (IsNamed)
        {
            var missing = error
                .Message.Split('\n')
                .FirstOrDefault(line => line.Contains("undefined symbol", StringComparison.Ordinal))
                ?.Split("undefined symbol:")[^1]
                .Trim();
            throw new LabException(
                $"the libtorch in {Folder} is not version {BuiltWith("LibTorch.Version")}, which TorchSharp "
                    + $"needs{(missing is null ? "" : $": it lacks {missing.Split(' ')[0]}")}"
            );
        }
    }

    // Beside the assembly, or where that folder is read-only in the user's own: a new file either way, never through a
    // link into the package folder.
    private static string EditedCopy(string original)
    {
        var bytes = File.ReadAllBytes(original);
        var name =
            $"{Path.GetFileNameWithoutExtension(original)}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}.so";
        string[] folders =
        [
            Path.GetDirectoryName(typeof(LibTorchLoader).Assembly.Location)!,
            Path.Combine(
                Environment.GetFolderPath(
                    Environment.SpecialFolder.LocalApplicationData,
                    Environment.SpecialFolderOption.Create
                ),
                "bench"
            ),
        ];
        if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } made)
            return made;
        OlderLibstdcxx.Edit(bytes);
        foreach (var folder in folders)
        {
            var temporary = Path.Combine(folder, $"{name}.{Environment.ProcessId}.tmp");
            try
            {
                Directory.CreateDirectory(folder);
                File.WriteAllBytes(temporary, bytes);
                File.Move(temporary, Path.Combine(folder, name), overwrite: true);
                return Path.Combine(folder, name);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next folder, if there is one.
                if (File.Exists(temporary))
                    File.Delete(temporary);
            }
        }

        throw new IOException($"neither {string.Join(" nor ", folders)} can be written");
    }

    private static string Chosen() => IsNamed ? Path.GetFullPath(Named!) : BuiltWith("LibTorch.Natives");

    internal static bool IsNamed => Named is { Length: > 0 } and not CudaPackage;

    // An installed PyTorch and a libtorch from pytorch.org say their version in a file above the folder of libraries.
    private static string VersionOfNamed()
    {
        foreach (var file in (string[])["version.py", "build-version"])
        {
            var path = Path.Combine(Folder, "..", file);
            if (File.Exists(path) && VersionNumber().Match(File.ReadAllText(path)) is { Success: true } found)
                return found.Value;
        }

        return $"of unknown version (Bench was built for {BuiltWith("LibTorch.Version")})";
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+[\w.+]*")]
    private static partial Regex VersionNumber();

    private static string BuiltWith(string key) =>
        typeof(LibTorchLoader)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(entry => entry.Key == key)
            .Value!;
}
