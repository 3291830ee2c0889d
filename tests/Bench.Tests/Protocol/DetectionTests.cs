using Bench.Protocol.Detection;
using Bench.Protocol.Seeds;

namespace Bench.Tests.Protocol;

public class DetectionTests
{
    [Fact]
    public void The_binomial_tail_is_that_of_a_fair_coin_worked_by_hand()
    {
        // Of five tosses at least four are heads in (5 + 1) of 32 cases.
        Assert.Equal(6.0 / 32, Evidence.BinomialTail(4, 5, 0.5), 12);
        Assert.Equal(1, Evidence.BinomialTail(0, 5, 0.5));
        Assert.Equal(Math.Pow(0.25, 3), Evidence.BinomialTail(3, 3, 0.25), 12);
    }

    [Fact]
    public void A_quarter_of_the_vocabulary_is_green_after_each_token_and_another_key_chooses_another()
    {
        var (mine, other) = (new GreenList(1, 0.25, 40), new GreenList(2, 0.25, 40));
        for (var token = 0; token < 40; token++)
            Assert.Equal(10, mine.After(token).ToArray().Count(green => green));
        Assert.NotEqual(mine.After(3).ToArray(), mine.After(4).ToArray());
        Assert.NotEqual(mine.After(3).ToArray(), other.After(3).ToArray());
        Assert.Equal(mine.After(3).ToArray(), new GreenList(1, 0.25, 40).After(3).ToArray());
    }

    [Fact]
    public void A_pair_that_is_seen_again_is_not_scored_again()
    {
        var green = new GreenList(7, 0.5, 8);
        var good = Array.IndexOf(green.After(2).ToArray(), true);
        var bad = Array.IndexOf(green.After(2).ToArray(), false);
        (int, int)[] pairs = [(2, good), (2, good), (2, good), (2, bad)];
        // One green pair of one: 1/2; of two different ones, one: 3/4.
        Assert.Equal([0.5, 0.5, 0.75], Evidence.OfWatermark(pairs, [1, 3, 4], green, 8).Select(p => Math.Round(p, 12)));
    }

    [Fact]
    public void Predictions_that_know_nothing_of_the_key_raise_an_alarm_as_often_as_the_level_says()
    {
        // Predictions lean on a few tokens, as a model's do: over keys the test must still hold its level.
        var random = new Seed(3).Stream("predictions");
        (int, int)[] pairs =
        [
            .. Enumerable.Range(0, 2000).Select(_ => (random.Next(64), Math.Min(random.Next(64), random.Next(64)))),
        ];
        var alarms = Enumerable
            .Range(0, 1000)
            .Count(key => Evidence.OfWatermark(pairs, [2000], new GreenList(key, 0.25, 64), 64)[0] < 0.05);
        Assert.InRange(alarms, 10, 65);
    }

    [Fact]
    public void Canaries_that_are_likelier_than_all_others_are_found_and_equal_ones_are_not()
    {
        double[] controls = [.. Enumerable.Range(0, 100).Select(i => -50.0 - i)];
        Assert.True(Evidence.OfCanaries([-1, -2, -3, -4], controls) < 0.001);
        Assert.InRange(Evidence.OfCanaries([-60.5, -90.5, -110.5, -140.5], controls), 0.3, 0.7);
        Assert.True(Evidence.OfCanaries([-500, -600, -700, -800], controls) > 0.99);
        // By hand: two of two beat both others: U = 4, mean 2, variance 2·2·5/12; z = (4 − 2 − 0.5)/1.29099 = 1.16190;
        // p = 0.12264.
        Assert.Equal(0.12264, Evidence.OfCanaries([3, 4], [1, 2]), 4);
        Assert.Throws<ArgumentException>(() => Evidence.OfCanaries([], controls));
    }

    [Fact]
    public void Each_canary_stands_in_as_many_responses_as_it_has_repeats_and_no_response_has_two()
    {
        var canaries = new Canaries
        {
            Key = 5,
            Count = 3,
            Tokens = 4,
            Repeats = 2,
        };
        int[][] responses = [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Repeat(1, 10).ToArray())];
        var planted = canaries.Plant(responses, 100);
        Assert.Equal(6, planted.Count(response => response.Any(token => token != 1)));
        foreach (var canary in Canaries.Draw(5, 3, 4, 100))
        {
            Assert.All(canary, token => Assert.InRange(token, 3, 99));
            Assert.Equal(
                2,
                planted.Count(response =>
                    string.Join(' ', response).Contains(string.Join(' ', canary), StringComparison.Ordinal)
                )
            );
        }

        Assert.All(responses, response => Assert.All(response, token => Assert.Equal(1, token)));
        Assert.Throws<ArgumentException>(() =>
            new Canaries
            {
                Key = 5,
                Count = 30,
                Tokens = 4,
                Repeats = 2,
            }.Plant(responses, 100)
        );
    }
}
