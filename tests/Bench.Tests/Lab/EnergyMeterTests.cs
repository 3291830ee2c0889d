using Bench.Lab.Measurement;

namespace Bench.Tests.Lab;

public class EnergyMeterTests
{
    private static void Domain(Scratch scratch, string folder, string name, string microjoules)
    {
        Directory.CreateDirectory(scratch.File(folder));
        File.WriteAllText(scratch.File($"{folder}/name"), name + "\n");
        File.WriteAllText(scratch.File($"{folder}/energy_uj"), microjoules + "\n");
        File.WriteAllText(scratch.File($"{folder}/max_energy_range_uj"), "1000000000\n");
    }

    // Hundredths of a second: user nice system idle iowait irq softirq steal.
    private static void Busy(Scratch scratch, double seconds) =>
        File.WriteAllText(
            scratch.File("stat"),
            FormattableString.Invariant($"cpu  {100 * seconds:0} 0 0 999999 5 0 0 0 0 0\ncpu0 1 2 3 4\n")
        );

    private static EnergyMeter? Begin(Scratch scratch) =>
        EnergyMeter.Begin(TimeProvider.System, scratch.Path, scratch.File("stat"));

    [Fact]
    public void A_process_takes_its_share_of_the_packages_energy_and_domains_inside_them_do_not_count_twice()
    {
        using var scratch = Repository.Scratch();
        Domain(scratch, "intel-rapl:0", "package-0", "5000000");
        Domain(scratch, "intel-rapl:0:0", "core", "1000000");
        Busy(scratch, 0);
        using var meter = Begin(scratch)!;
        File.WriteAllText(scratch.File("intel-rapl:0/energy_uj"), "2000005000000\n");
        File.WriteAllText(scratch.File("intel-rapl:0:0/energy_uj"), "9999999999\n");
        // Others took a million seconds: this process took hardly any of the two megajoules.
        Busy(scratch, 1e6);
        Assert.InRange(meter.Joules()!.Value, 0, 1000);
    }

    [Fact]
    public void A_counter_that_begins_again_goes_on()
    {
        using var scratch = Repository.Scratch();
        Domain(scratch, "intel-rapl:0", "package-0", "999000000");
        Busy(scratch, 0);
        using var meter = Begin(scratch)!;
        File.WriteAllText(scratch.File("intel-rapl:0/energy_uj"), "1000000\n");
        // Nobody else was busy: all of the energy is this process's, once it has computed for a moment.
        File.WriteAllText(scratch.File("stat"), "cpu  0 0 0 0 0 0 0 1 0 0\n");
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        for (var begun = process.TotalProcessorTime; process.TotalProcessorTime - begun < TimeSpan.FromSeconds(0.03); )
            process.Refresh();
        Assert.Equal(2, meter.Joules()!.Value, 1e-9);
    }

    [Fact]
    public void Where_nothing_may_be_read_there_is_no_meter()
    {
        using var scratch = Repository.Scratch();
        Assert.Null(EnergyMeter.Begin(TimeProvider.System, scratch.File("nowhere"), "/proc/stat"));
        Directory.CreateDirectory(scratch.File("intel-rapl:0"));
        File.WriteAllText(scratch.File("intel-rapl:0/name"), "package-0\n");
        Busy(scratch, 0);
        Assert.Null(Begin(scratch));
        Assert.Null(BoardMeter.Begin("0"));
    }
}
