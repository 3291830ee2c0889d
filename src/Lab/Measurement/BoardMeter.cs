using System.Globalization;
using System.Runtime.InteropServices;

namespace Bench.Lab.Measurement;

/// <summary>
/// The energy that a GPU's board took, by NVML's counter since the driver was loaded
/// (nvmlDeviceGetTotalEnergyConsumption, from Volta on). The library comes with the driver; where it is absent, or the
/// board has no counter, there are no
/// joules.
/// </summary>
public sealed partial class BoardMeter
{
    private const string Library = "libnvidia-ml.so.1";

    private readonly nint device;
    private readonly double before;

    private BoardMeter(nint device, double before) => (this.device, this.before) = (device, before);

    /// <summary>A meter that begins now; null where there is nothing to read.</summary>
    /// <param name="visible">
    /// The first of CUDA_VISIBLE_DEVICES, a number or a name (GPU-…); null for the first board.
    /// </param>
    public static BoardMeter? Begin(string? visible)
    {
        if (!NativeLibrary.TryLoad(Library, out _) || Start() != 0)
            return null;
        var first = visible?.Split(',')[0].Trim();
        nint device;
        var found =
            string.IsNullOrEmpty(first) || int.TryParse(first, CultureInfo.InvariantCulture, out _)
                ? ByIndex(string.IsNullOrEmpty(first) ? 0 : uint.Parse(first, CultureInfo.InvariantCulture), out device)
                : ByName(first, out device);
        return found == 0 && Energy(device, out var millijoules) == 0 ? new BoardMeter(device, millijoules) : null;
    }

    /// <summary>Joules of the board since it began; null where the counter cannot be read any more.</summary>
    public double? Joules() => Energy(device, out var millijoules) == 0 ? (millijoules - before) / 1000 : null;

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    private static partial int Start();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    private static partial int ByIndex(uint index, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByUUID", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ByName(string name, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetTotalEnergyConsumption")]
    private static partial int Energy(nint device, out ulong millijoules);
}
