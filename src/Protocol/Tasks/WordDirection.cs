using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>Which of digits and words is given, and which is asked for.</summary>
public enum WordDirection
{
    [Named("both")]
    Both,

    [Named("to-words")]
    ToWords,

    [Named("to-digits")]
    ToDigits,
}
