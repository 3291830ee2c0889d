using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// The value of a small stack program in postfix: digits push, a adds, s subtracts, m multiplies (all modulo 100).
/// The reasoning is the stack after each operation.
/// </summary>
[TaskKind("stack-program")]
public sealed record StackProgram : ProceduralTask
{
    private readonly int operations;

    public StackProgram(TaskOptions options) => operations = options.Integer("operations", 3, 1, 12);

    /// <inheritdoc/>
    public override Inputs Inputs => new() { { "operations", operations } };

    public override string Alphabet => "0123456789asmrun ,=";

    public override Problem Draw(RandomStream random)
    {
        var (program, steps, stack) = (new List<string>(), new List<string>(), new Stack<int>());
        for (var (pushes, applied) = (0, 0); applied < operations;)
        {
            var mustPush = stack.Count < 2;
            var mustApply = pushes > operations;
            if (mustPush || (!mustApply && random.Next(2) == 0))
            {
                var digit = random.Next(10);
                stack.Push(digit);
                program.Add(digit.ToString(CultureInfo.InvariantCulture));
                pushes++;
                continue;
            }

            var (right, left, operation) = (stack.Pop(), stack.Pop(), "asm"[random.Next(3)]);
            stack.Push(((operation switch { 'a' => left + right, 's' => left - right, _ => left * right } % 100) + 100) % 100);
            program.Add(operation.ToString());
            steps.Add(string.Join(' ', stack.Reverse()));
            applied++;
        }

        return new Problem($"run {string.Join(' ', program)}=", string.Join(',', steps), stack.Peek().ToString(CultureInfo.InvariantCulture));
    }
}
