namespace Bench.Protocol.Reading;

/// <summary>A record whose keys depend on each other.</summary>
internal interface ICheckedSection
{
    /// <summary>Notes or throws what is wrong among its keys, after each of them was read.</summary>
    void Check(SpecMapping section);
}
