using System.Text;
using Bench.Protocol.Machines;
using Bench.Protocol.Reading;

namespace Bench.Tests.Protocol;

/// <summary>Rates of a machine: what was measured comes back, and what lies between is foretold.</summary>
public class MachineRatesTests
{
    private static MachineRates Read(string text) =>
        MachineRates.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "rates.csv");

    private static MachineRates Grid(Func<double, double, double> seconds, StepCase kind = StepCase.Train) =>
        new(
            "grid",
            [
                .. from parameters in new[] { 1e4, 1e5, 1e6 }
                from batch in new double[] { 8, 32, 128 }
                select Step(kind, parameters, batch) with
                {
                    Seconds = seconds(parameters, batch),
                },
            ]
        );

    private static MeasuredStep Step(StepCase kind, double parameters, double batch) =>
        new(
            kind,
            parameters,
            batch,
            32,
            "f32",
            "",
            0,
            6 * parameters * batch * (kind == StepCase.Write ? 1 : 32),
            null
        );

    [Fact]
    public void The_rates_of_an_H100_ship_with_Bench_and_those_of_what_was_not_measured_do_not()
    {
        var rates = MachineRates.OfAccelerator("h100-sxm")!;
        Assert.Contains("H100", rates.Device, StringComparison.Ordinal);
        Assert.True(rates.Knows(StepCase.Train) && rates.Knows(StepCase.Read) && rates.Knows(StepCase.Write));
        Assert.InRange(rates.Watts(rates.Steps[0])!.Value, 100, 800);
        Assert.Null(MachineRates.OfAccelerator("a100-80gb"));
    }

    [Fact]
    public void Work_at_one_rate_and_a_fixed_time_are_told_apart()
    {
        var rates = Grid((parameters, batch) => 0.003 + 6 * parameters * batch * 32 / 5e10);
        foreach (var (parameters, batch) in ((double, double)[])[(3e4, 8), (3e5, 100), (1e6, 16)])
            Assert.Equal(
                1,
                rates.Seconds(Step(StepCase.Train, parameters, batch)) / (0.003 + 6 * parameters * batch * 32 / 5e10),
                0.12
            );
    }

    [Fact]
    public void Writing_goes_by_size_and_responses()
    {
        var rates = Grid(
            (parameters, batch) => 1e-9 * Math.Pow(parameters, 0.8) * Math.Pow(batch, 0.7),
            StepCase.Write
        );
        Assert.Equal(
            1,
            rates.Seconds(Step(StepCase.Write, 3e5, 64)) / (1e-9 * Math.Pow(3e5, 0.8) * Math.Pow(64, 0.7)),
            0.15
        );
    }

    [Fact]
    public void A_table_is_read_as_it_was_written()
    {
        var rates = new MachineRates(
            "cpu, \"quoted\"",
            [
                Step(StepCase.Train, 1e4, 8) with
                {
                    Seconds = 0.5,
                    Watts = 12,
                },
                Step(StepCase.Write, 1e4, 16) with
                {
                    Seconds = 0.25,
                },
            ],
            new ProcessRates(0.5, 0.25, 4, 0.7, 1e9, 1e11)
        );
        using var stream = new MemoryStream();
        rates.Write(stream);
        var read = Read(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(rates.Device, read.Device);
        Assert.Equal(rates.Process, read.Process);
        foreach (var (one, other) in rates.Steps.Zip(read.Steps))
        {
            Assert.Equal(one with { Seconds = 0, Flops = 0 }, other with { Seconds = 0, Flops = 0 });
            Assert.Equal(one.Seconds, other.Seconds, 1e-12);
            Assert.Equal(one.Flops, other.Flops, 1e-3);
        }
    }

    [Theory]
    [InlineData("", "no row of the case")]
    [InlineData("case,device\nlimit,x\n", "no row of the case")]
    [InlineData(
        "case,parameters,batch,seq,tokens_per_step,tokens_per_second,tflops_exact\ntrain,many,1,1,1,1,1\n",
        "row 2, column parameters: 'many' is no number"
    )]
    [InlineData(
        "case,parameters,batch,seq,tokens_per_step,tokens_per_second,tflops_exact\ntrain,1,1,1,1,0,1\n",
        "row 2: a step has"
    )]
    [InlineData(
        "case,parameters,batch,seq,tokens_per_step,tokens_per_second,tflops_exact\ntrain,1,1,1,1,1,1e308\n",
        "row 2: a step has"
    )]
    [InlineData(
        "case,parameters,batch,seq,tokens_per_step,tokens_per_second,tflops_exact\ntrain,1,1,1,1e308,1,1\n",
        "row 2: a step has"
    )]
    [InlineData("case,parameters\ntrain,1\n", "row 2, column batch: '' is no number")]
    [InlineData(
        "case,parameters,batch,seq,tokens_per_step,tokens_per_second,tflops_exact,detail,value\ntrain,1,1,1,1,1,1,,\n"
            + "process,,,,,,,\"start, seconds\",1\nprocess,,,,,,,\"first steps beyond later ones, "
            + "seconds\",1\nprocess,,,,,,,cores,0\nprocess,,,,,,,share of its speed that a process keeps when "
            + "all cores are busy,1\n",
        "rows of the case process"
    )]
    public void A_damaged_table_is_refused_with_its_place(string text, string why)
    {
        var message = Assert.Throws<SpecException>(() => Read(text)).Message;
        Assert.Contains("rates.csv", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }
}
