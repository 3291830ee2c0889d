using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// The value of a small stack program in postfix: digits push, a adds, s subtracts, m multiplies (all modulo 100). The
/// reasoning is the stack after each operation.
/// </summary>
[Named("stack-program", "the value of a small stack program")]
public sealed record StackProgram : ProceduralTask
{
    [Key("operations", "operations of the program", Low = 1, High = 12)]
    public int Operations { get; init; } = 3;

    public override string Alphabet => "0123456789asmrun ,=";

    public override Problem Draw(RandomStream random)
    {
        var (program, steps, stack) = (new List<string>(), new List<string>(), new Stack<int>());
        for (var (pushes, applied) = (0, 0); applied < Operations; )
        {
            var mustPush = stack.Count < 2;
            var mustApply = pushes > Operations;
            if (mustPush || (!mustApply && random.Next(2) == 0))
            {
                var digit = random.Next(10);
                stack.Push(digit);
                program.Add(digit.ToString(CultureInfo.InvariantCulture));
                pushes++;
                continue;
            }

            var (right, left, operation) = (stack.Pop(), stack.Pop(), "asm"[random.Next(3)]);
            stack.Push(
                (
                    (
                        operation switch
                        {
                            'a' => left + right,
                            's' => left - right,
                            _ => left * right,
                        } % 100
                    ) + 100
                ) % 100
            );
            program.Add(operation.ToString());
            steps.Add(string.Join(' ', stack.Reverse()));
            applied++;
        }

        return new Problem(
            $"run {string.Join(' ', program)}=",
            string.Join(',', steps),
            stack.Peek().ToString(CultureInfo.InvariantCulture)
        );
    }
}
