using Bench.Lab.Tensors;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Store;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// Writes down, every second, what this try at a unit has spent: should the process be killed, that is what it cost.
/// </summary>
internal sealed class AttemptRecord : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock turn = new();
    private readonly ContentStore store;
    private readonly string key;
    private readonly string path;
    private readonly TimeProvider clock;
    private readonly Tally tally;
    private readonly long started;
    private readonly string startedUtc;
    private readonly ITimer timer;
    private UnitProgress latest = new("", 0);
    private bool ended;

    internal AttemptRecord(ContentStore store, string key, TimeProvider clock, Tally tally)
    {
        (this.store, this.key, this.clock, this.tally, started) = (store, key, clock, tally, clock.GetTimestamp());
        startedUtc = Timestamp.Of(clock.GetUtcNow());
        Earlier = AttemptFile.Of(store, key);
        path = AttemptFile.Next(store, key);
        Save();
        timer = clock.CreateTimer(_ => Save(), null, Pause, Pause);
    }

    /// <summary>The attempts that came before this one and led to nothing.</summary>
    internal IReadOnlyList<Attempt> Earlier { get; }

    internal void Report(UnitProgress progress) => latest = progress;

    /// <summary>The unit has published: its outcome tells of the earlier attempts.</summary>
    internal void Succeed()
    {
        lock (turn)
        {
            ended = true;
            store.ForgetAttempts(key);
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        Save();
    }

    private void Save()
    {
        lock (turn)
        {
            if (ended)
                return;
            try
            {
                AttemptFile.Write(
                    path,
                    new Attempt(
                        StartedUtc: startedUtc,
                        Seconds: clock.GetElapsedTime(started).TotalSeconds,
                        Charges: tally.Charges,
                        Stage: latest.Stage,
                        Share: latest.Share
                    )
                );
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A disk that is full now may have room in a second; the unit itself will say so if not.
            }
        }
    }
}
