using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>
/// The information that a student learns from: its keys, and what it asks of a teacher. A subclass is one file; the
/// catalogue finds it by its name.
/// </summary>
public abstract record Signal
{
    /// <summary>The name in files.</summary>
    public virtual string Name => Catalogue<Signal>.NameOf(GetType());

    /// <summary>The access that it needs.</summary>
    public abstract TeacherAccess Asks { get; }

    /// <summary>Whether a teacher must give more than text.</summary>
    public bool NeedsProbabilities => Asks > TeacherAccess.Text;

    /// <summary>
    /// Whether the student writes the text while it learns, and the teacher reads it then; else all is prepared before.
    /// </summary>
    public virtual bool IsLive => false;

    /// <summary>How many tokens with their probabilities are kept at each token of a response; 0 for none.</summary>
    public virtual int Entries => 0;
}
