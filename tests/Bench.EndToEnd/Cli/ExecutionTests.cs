using System.Globalization;
using Bench.Cli.Execution;

namespace Bench.EndToEnd.Cli;

/// <summary>What stands between a run and its workers.</summary>
public class ExecutionTests
{
    [Fact]
    public async Task Of_what_a_process_prints_the_last_lines_are_kept_whatever_it_prints()
    {
        var (tail, lines) = (new TextTail(), new List<string>());
        await tail.Read(
            new StringReader("first\n\nsecond\r\nthird\n" + new string('x', 600) + "\nfourth\nfifth"),
            lines.Add
        );
        Assert.Equal($"third | {new string('x', 500)} | fourth | fifth", tail.Text);
        // A line that is cut is no message.
        Assert.Equal(["first", "second", "third", "fourth", "fifth"], lines);
    }

    [Fact]
    public async Task A_gigabyte_without_a_line_end_takes_no_memory()
    {
        var tail = new TextTail();
        var before = GC.GetAllocatedBytesForCurrentThread();
        // It never waits, so all of it is on this thread.
        await tail.Read(new Endless(1L << 30));
        Assert.Equal(500, tail.Text.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_core_belongs_to_one_worker_at_a_time()
    {
        using var first = CoreReservation.Take();
        using var second = CoreReservation.Take();
        Assert.True(first is null || second is null || first.Number != second.Number);
        if (first is null)
            return;
        Assert.InRange(first.Number, 0, 63);
    }

    [Fact]
    public void The_memory_that_is_free_is_less_than_there_is() =>
        Assert.InRange(
            MachineMemory.Available() ?? 1,
            1,
            long.Parse(
                File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture
            ) * 1024
        );

    private sealed class Endless(long length) : TextReader
    {
        private long left = length;

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Fill(buffer.Span));

        public override Task<int> ReadAsync(char[] buffer, int index, int count) =>
            Task.FromResult(Fill(buffer.AsSpan(index, count)));

        private int Fill(Span<char> buffer)
        {
            var read = (int)Math.Min(left, buffer.Length);
            buffer[..read].Fill('x');
            left -= read;
            return read;
        }
    }
}
