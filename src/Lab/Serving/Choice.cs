using System.Threading.Channels;
using Bench.Protocol.Seeds;

namespace Bench.Lab.Serving;

/// <summary>One continuation of a prompt that is being written.</summary>
internal sealed class Choice
{
    private readonly Channel<WrittenToken> channel = Channel.CreateUnbounded<WrittenToken>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }
    );

    internal required int[] Prompt { get; init; }

    /// <summary>The most new tokens.</summary>
    internal required int Limit { get; init; }

    /// <summary>0 is greedy.</summary>
    internal required double Temperature { get; init; }

    internal required double TopP { get; init; }

    internal required RandomStream Random { get; init; }

    /// <summary>How many alternatives are wanted; −1 where no log-probabilities are.</summary>
    internal required int Alternatives { get; init; }

    /// <summary>Whether the text goes on through the end token.</summary>
    internal required bool IgnoreEnd { get; init; }

    /// <summary>Whether nobody wants more of it.</summary>
    internal bool Cancelled { get; private set; }

    internal int Written { get; private set; }

    internal ChannelReader<WrittenToken> Tokens => channel.Reader;

    internal void Cancel() => Cancelled = true;

    /// <summary>Adds a token; whether more are wanted.</summary>
    internal bool Add(WrittenToken token)
    {
        Written++;
        channel.Writer.TryWrite(token);
        if (!token.Last && Written < Limit && !Cancelled)
            return true;
        channel.Writer.TryComplete();
        return false;
    }

    internal void Fail(Exception error) => channel.Writer.TryComplete(error);
}
