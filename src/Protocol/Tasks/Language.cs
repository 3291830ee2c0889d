using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>A language in which numbers have words.</summary>
public enum Language
{
    [Named("en")]
    English,

    [Named("de")]
    German,

    [Named("tr")]
    Turkish,
}
